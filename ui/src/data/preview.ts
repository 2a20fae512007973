// What is shown of one item before it is opened.

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { HitView } from "../platform";
import { usePlatform } from "../platform/context";
import { threadOf } from "../text/mail";
import { keys } from "./keys";

/** A drawn page is megabytes: it goes soon after it is out of sight. */
const KEEP_PAGE_MS = 15_000;
const THREAD = 30;

/** `start` is a byte of the whole text; null begins around the first match. */
export function usePreview(id: string | null, query: string, start: number | null) {
  const platform = usePlatform();
  return useQuery({
    queryKey: keys.preview(id ?? "", query, start),
    queryFn: () => platform.preview(id ?? "", query, start),
    enabled: id !== null,
    staleTime: 5_000,
    placeholderData: keepPreviousData,
  });
}

export function usePassages(id: string, query: string, enabled: boolean) {
  const platform = usePlatform();
  return useQuery({ queryKey: keys.passages(id, query), queryFn: () => platform.passages(id, query), enabled, staleTime: 5_000 });
}

/** A page of a PDF, counted from 0, or a picture; null is the first page with a match. */
export function usePage(id: string, page: number | null, width: number | null, query: string) {
  const platform = usePlatform();
  return useQuery({
    queryKey: keys.page(id, page, width, query),
    queryFn: () => platform.previewPage({ id, page, width: width ?? 0, query }),
    enabled: width !== null,
    staleTime: Infinity,
    gcTime: KEEP_PAGE_MS,
    placeholderData: keepPreviousData,
  });
}

/** The other messages of the same subject, in the order in which they were sent. */
export function useThread(item: HitView) {
  const platform = usePlatform();
  const subject = threadOf(item.title);
  return useQuery({
    queryKey: keys.thread(item.id, subject),
    queryFn: async () => {
      const query = `type:email name:"${subject.replaceAll('"', " ")}"`;
      const answer = await platform.search({ query, mode: "words", limit: THREAD, offset: 0, explain: false, sort: "oldest", facets: false });
      return answer.hits.filter((hit) => hit.id !== item.id && threadOf(hit.title).toLowerCase() === subject.toLowerCase());
    },
    enabled: subject !== "",
    staleTime: 60_000,
  });
}
