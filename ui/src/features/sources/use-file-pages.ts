import { useQueries, useQuery } from "@tanstack/react-query";
import { keys } from "../../data/keys";
import type { FilesListRequest, FilesListResponse, FileView, Platform } from "../../platform";
import { usePlatform } from "../../platform/context";

const PAGE = 100;

type FileFilter = Omit<FilesListRequest, "offset" | "limit">;

function pageQuery(platform: Platform, filter: FileFilter, page: number) {
  const request: FilesListRequest = { ...filter, offset: page * PAGE, limit: PAGE };
  return { queryKey: keys.files(request), queryFn: () => platform.files(request), staleTime: 5_000, gcTime: 30_000 };
}

/** How many files the filter leaves, from the first page; null while that is on its way. */
export function useFileTotal(filter: FileFilter): number | null {
  const platform = usePlatform();
  return useQuery(pageQuery(platform, filter, 0)).data?.total ?? null;
}

interface FilePages {
  fileAt: (index: number) => FileView | undefined;
  error: Error | null;
  retry: () => void;
}

/** Loads only the pages of a file list that are in sight. */
export function useFilePages(filter: FileFilter, from: number, to: number): FilePages {
  const platform = usePlatform();
  const first = Math.floor(from / PAGE);
  const last = Math.max(first, Math.floor(Math.max(from, to) / PAGE));
  const pages = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const answers = useQueries({ queries: pages.map((page) => pageQuery(platform, filter, page)) });
  const byPage = new Map<number, FilesListResponse>();
  answers.forEach((answer, index) => {
    const page = pages[index];
    if (page !== undefined && answer.data) byPage.set(page, answer.data);
  });
  return {
    fileAt: (index) => byPage.get(Math.floor(index / PAGE))?.files[index % PAGE],
    error: answers.find((answer) => answer.error)?.error ?? null,
    retry: () => {
      for (const answer of answers) if (answer.error) void answer.refetch();
    },
  };
}
