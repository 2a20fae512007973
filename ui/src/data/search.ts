// Search in two steps: words at once, then words and meaning fused, merged in around the row that the user is on.

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import type { FacetsView, HitView, SearchMode, SearchResponse, SearchSort } from "../platform";
import { usePlatform } from "../platform/context";
import { keys } from "./keys";
import { mergeHits } from "./merge";
import { useSettled } from "./wait";

/** Within this time nobody has aimed at a row yet, and the better order may take the top row too. */
const SETTLE_MS = 120;
/** Meaning is asked after so long without a key: asked at each letter, the last answer would wait for all before it. */
const TYPING_MS = 70;
/** Counting all matches costs more than listing the first: it waits for whoever types on. */
const FACETS_MS = 250;

export interface SearchState {
  hits: HitView[];
  /** The answer that `hits` come from; null before the first one. */
  response: SearchResponse | null;
  /** No answer to this query yet. */
  isPending: boolean;
  /** Words are there, meaning is still being asked. */
  isPartial: boolean;
  error: Error | null;
  /** Words answered, the rest did not: why. */
  warning: string | null;
  retry: () => void;
}

function useAnswer(mode: SearchMode, query: string, limit: number, sort: SearchSort, enabled: boolean) {
  const platform = usePlatform();
  return useQuery({
    queryKey: keys.search(mode, query, limit, sort),
    queryFn: () => platform.search({ query, mode, limit, offset: 0, explain: true, sort, facets: false }),
    enabled: enabled && query.trim() !== "",
    staleTime: 2_000,
    gcTime: 20_000,
  });
}

interface Shown {
  /** What was asked: rows of another question are no reason to hold a row in its place. */
  question: string;
  response: SearchResponse;
  hits: HitView[];
  since: number;
}

/**
 * @param pinned the row that the user has chosen, which must not move; null while the choice is still the first row
 */
export function useSearch(query: string, mode: SearchMode, limit: number, pinned: string | null, sort: SearchSort = "best"): SearchState {
  const words = useAnswer("words", query, limit, sort, mode !== "meaning");
  const isTyping = useSettled(query, TYPING_MS) !== query;
  const full = useAnswer(mode, query, limit, sort, mode !== "words" && !isTyping);
  const best = (mode === "words" ? undefined : full.data) ?? (mode === "meaning" ? undefined : words.data);
  const question = `${mode} ${sort} ${query}`;
  const [shown, setShown] = useState<Shown | null>(null);
  const pinnedNow = useRef(pinned);
  useEffect(() => {
    pinnedNow.current = pinned;
  }, [pinned]);

  useEffect(() => {
    if (!best) return;
    // The list is built up over several answers, and the clock decides how: it cannot be derived while rendering.
    setShown((before) => {
      if (before?.response === best) return before;
      const now = performance.now();
      if (before?.question !== question) return { question, response: best, hits: best.hits, since: now };
      const settled = now - before.since > SETTLE_MS;
      // Whoever asked for an order reads the top row as the first in it.
      const first = settled && sort === "best" ? (before.hits[0]?.id ?? null) : null;
      const pin = pinnedNow.current ?? first;
      return { question, response: best, hits: mergeHits(before.hits, best.hits, pin), since: before.since };
    });
  }, [best, question, sort]);

  const isEmpty = query.trim() === "";
  const error = full.error ?? words.error;
  const { refetch: askWords } = words;
  const { refetch: askFull } = full;
  return useMemo(
    () => ({
      hits: isEmpty ? [] : (shown?.hits ?? []),
      response: isEmpty ? null : (shown?.response ?? null),
      isPending: !isEmpty && shown?.question !== question && !error,
      isPartial: !isEmpty && mode !== "words" && (full.isFetching || isTyping) && !full.data,
      error: isEmpty || best ? null : error,
      warning: !isEmpty && best && mode === "hybrid" && full.error ? full.error.message : null,
      retry: () => {
        if (mode !== "meaning") void askWords();
        if (mode !== "words") void askFull();
      },
    }),
    [isEmpty, shown, question, error, mode, isTyping, full.isFetching, full.data, full.error, best, askWords, askFull],
  );
}

/** What all matches are, counted; the last counts stay until there are new ones, and nothing is asked while typing goes on. */
export function useFacets(query: string, mode: SearchMode, enabled: boolean): { facets: FacetsView; total: number } | null {
  const platform = usePlatform();
  const settled = useSettled(query, FACETS_MS);
  const isAsked = enabled && settled === query && query.trim() !== "";
  const answer = useQuery({
    queryKey: keys.facets(mode, settled),
    queryFn: () => platform.search({ query: settled, mode, limit: 1, offset: 0, explain: false, sort: "best", facets: true }),
    enabled: isAsked,
    staleTime: 5_000,
    gcTime: 20_000,
    placeholderData: keepPreviousData,
  }).data;
  if (!enabled || query.trim() === "" || !answer?.facets) return null;
  return { facets: answer.facets, total: answer.total };
}
