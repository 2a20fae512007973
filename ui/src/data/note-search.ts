// Past searches, noted once they were meant: something was done with a hit, or the person stayed with the hits.

import { useCallback, useEffect, useMemo, useRef } from "react";
import type { HitView } from "../platform";
import { usePlatform } from "../platform/context";
import { useSettings } from "./queries";
import type { SearchState } from "./search";

/** Whoever looks at the same hits for so long has found, or knows that it is not there. */
const STAY_MS = 3_000;

/**
 * Notes the search that is shown; nothing where the person does not want it remembered.
 * @param query exactly what was searched; empty notes nothing
 * @returns to be called when a hit is opened, revealed or copied; `rank` is its place in the list, from 1
 */
export function useNoteSearch(query: string, search: SearchState): (hit: HitView, rank: number) => void {
  const platform = usePlatform();
  const isWanted = useSettings().data?.rememberSearches === true && query.trim() !== "";
  const response = search.response?.query === query ? search.response : null;
  const isDone = response !== null && !search.isPending && !search.isPartial && !search.error;
  const noted = useRef<string | null>(null);
  const latest = useRef({ query, response });
  useEffect(() => {
    latest.current = { query, response };
  });

  const note = useCallback(
    (opened: string | null, rank: number | null) => {
      const { query, response } = latest.current;
      if (!response) return;
      noted.current = query;
      // A search that is not noted is no reason to disturb anybody.
      platform.noteSearch({ query, total: response.total, tookMs: response.tookMs ?? 0, opened, rank }).catch(() => undefined);
    },
    [platform],
  );

  const rows = useMemo(() => search.hits.map((hit) => hit.id).join(" "), [search.hits]);
  useEffect(() => {
    if (noted.current !== query) noted.current = null;
    if (!isWanted || !isDone || noted.current === query) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const watch = () => {
      clearTimeout(timer);
      if (document.visibilityState !== "visible") return;
      timer = setTimeout(() => {
        if (noted.current === null) note(null, null);
      }, STAY_MS);
    };
    watch();
    document.addEventListener("visibilitychange", watch);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", watch);
    };
  }, [query, isWanted, isDone, rows, note]);

  return useCallback(
    (hit, rank) => {
      if (isWanted) note(hit.id, rank);
    },
    [isWanted, note],
  );
}
