// What is like an item, or like a text: a list of results that no query stands behind.

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { usePlatform } from "../platform/context";
import { keys } from "./keys";
import type { SearchState } from "./search";

/** The item, or the text, that results are to be like. */
export type Like = { id: string } | { text: string };

const MOST = 50;
/** So much is sought with: a model reads no further, and an address carries it. */
export const LIKE_TEXT_LENGTH = 4_000;

/** `null` asks nothing. */
export function useSimilar(like: Like | null): SearchState {
  const platform = usePlatform();
  const answer = useQuery({
    queryKey: keys.similar(like, MOST),
    queryFn: () => platform.similar({ id: like && "id" in like ? like.id : null, text: like && "text" in like ? like.text : null, limit: MOST }),
    enabled: like !== null,
    staleTime: 10_000,
  });
  const { data, error, isPending, refetch } = answer;
  return useMemo(
    () => ({
      hits: like ? (data?.hits ?? []) : [],
      response: like ? (data ?? null) : null,
      isPending: like !== null && isPending,
      isPartial: false,
      error: like && !data ? error : null,
      warning: null,
      retry: () => void refetch(),
    }),
    [like, data, error, isPending, refetch],
  );
}
