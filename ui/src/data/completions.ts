// How a query may go on, asked while it is typed. An answer is shown for the query that it was given to, or narrowed to what was typed since.

import { useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import type { CompletionView, Platform } from "../platform";
import { usePlatform } from "../platform/context";
import { keys } from "./keys";
import { useSettled } from "./wait";

/** Shorter than any pause between words, longer than between two keys of one. */
const PAUSE_MS = 40;
const NONE: readonly CompletionView[] = [];

export interface Completed {
  query: string;
  cursor: number;
  list: readonly CompletionView[];
}

export interface Completions {
  list: readonly CompletionView[];
  /** Nobody answered to exactly this yet. */
  isWaiting: boolean;
  /** The answer to exactly this, for whoever cannot wait. */
  ask: () => Promise<readonly CompletionView[]>;
}

function question(platform: Platform, query: string, cursor: number) {
  return {
    queryKey: keys.completions(query, cursor),
    queryFn: async (): Promise<Completed> => ({ query, cursor, list: await platform.complete(query, cursor) }),
    staleTime: 2_000,
    gcTime: 5_000,
    retry: false,
  };
}

async function ask(client: QueryClient, platform: Platform, query: string, cursor: number): Promise<readonly CompletionView[]> {
  try {
    return useful((await client.fetchQuery(question(platform, query, cursor))).list, query);
  } catch {
    return NONE;
  }
}

export function useCompletions(query: string, cursor: number, enabled: boolean): Completions {
  const platform = usePlatform();
  const client = useQueryClient();
  const here = useMemo(() => ({ query, cursor }), [query, cursor]);
  const asked = useSettled(here, PAUSE_MS);
  const answer = useQuery({
    ...question(platform, asked.query, asked.cursor),
    enabled,
    placeholderData: (before: Completed | undefined) => before,
  });
  const list = useMemo(() => (enabled && answer.data ? useful(narrowed(answer.data, query, cursor), query) : NONE), [enabled, answer.data, query, cursor]);
  return {
    list,
    isWaiting: enabled && !answer.isError && !(answer.data?.query === query && answer.data.cursor === cursor),
    ask: () => ask(client, platform, query, cursor),
  };
}

/** Of an earlier answer, what goes on with the letters that were typed since; nothing when anything else has changed. */
export function narrowed(answer: Completed, query: string, cursor: number): readonly CompletionView[] {
  if (answer.query === query && answer.cursor === cursor) return answer.list;
  const before = answer.query.slice(0, answer.cursor);
  const typed = query.slice(answer.cursor, cursor);
  const isTypedOn = query.startsWith(before) && cursor > answer.cursor && !/\s/.test(typed) && query.slice(cursor) === answer.query.slice(answer.cursor);
  if (!isTypedOn) return NONE;
  return answer.list.filter((one) => one.end === answer.cursor && one.insert.startsWith(query.slice(one.start, cursor))).map((one) => ({ ...one, end: cursor }));
}

/** Without what would add nothing. */
function useful(list: readonly CompletionView[], query: string): readonly CompletionView[] {
  return list.filter((one) => one.insert.trimEnd() !== query.slice(one.start, one.end).trimEnd());
}
