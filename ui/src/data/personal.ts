// What Atom remembers of a person: past searches, kept ones, and the programs of this machine.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import type { HistoryEntryView, SavedPutRequest, SavedSearchView } from "../platform";
import { usePlatform } from "../platform/context";
import { keys } from "./keys";

/** Programs are installed rarely, and listing them reads many small files. */
const PROGRAMS_MS = 60_000;
/** New matches of kept searches are counted in the background, and no event tells of them. */
const FRESH_MS = 30_000;

/** Past searches, the last one first. */
export function useHistory(limit: number, enabled = true) {
  const platform = usePlatform();
  return useQuery({ queryKey: keys.history(limit), queryFn: () => platform.history("", limit), enabled });
}

export function useInsights() {
  const platform = usePlatform();
  return useQuery({ queryKey: keys.insights, queryFn: () => platform.insights() });
}

export function useSaved() {
  const platform = usePlatform();
  return useQuery({ queryKey: keys.saved, queryFn: () => platform.savedSearches(), refetchInterval: FRESH_MS });
}

export function usePrograms() {
  const platform = usePlatform();
  return useQuery({ queryKey: keys.programs, queryFn: () => platform.programs(), staleTime: PROGRAMS_MS, gcTime: PROGRAMS_MS });
}

export function useProgramsFor(id: string) {
  const platform = usePlatform();
  return useQuery({ queryKey: keys.programsFor(id), queryFn: () => platform.programsFor(id), staleTime: PROGRAMS_MS });
}

/** Changes of the history, seen at once; what fails comes back and throws. */
export function useHistoryChanges() {
  const platform = usePlatform();
  const client = useQueryClient();
  return useMemo(() => {
    const renew = () => client.invalidateQueries({ queryKey: ["history"] });
    return {
      renew,
      /** One search, or all of them. */
      forget: async (query: string | null) => {
        client.setQueriesData<HistoryEntryView[]>({ queryKey: ["history", "list"] }, (before) => before?.filter((one) => query !== null && one.query !== query));
        try {
          await platform.forgetHistory(query);
        } finally {
          void renew();
        }
      },
      clearInsights: async () => {
        try {
          await platform.clearInsights();
        } finally {
          void renew();
        }
      },
    };
  }, [platform, client]);
}

/** Changes of kept searches, seen at once; what fails comes back and throws. */
export function useSavedChanges() {
  const platform = usePlatform();
  const client = useQueryClient();
  return useMemo(() => {
    const change = (how: (before: SavedSearchView[]) => SavedSearchView[]) => {
      client.setQueryData<SavedSearchView[]>(keys.saved, (before) => (before ? how(before) : before));
    };
    const renewed = async <T>(what: Promise<T>): Promise<T> => {
      try {
        return await what;
      } finally {
        void client.invalidateQueries({ queryKey: keys.saved });
      }
    };
    return {
      save: (request: SavedPutRequest) => renewed(platform.saveSearch(request)),
      remove: (id: string) => {
        change((before) => before.filter((one) => one.id !== id));
        return renewed(platform.removeSavedSearch(id));
      },
      seen: (id: string) => {
        change((before) => before.map((one) => (one.id === id ? { ...one, fresh: 0 } : one)));
        return renewed(platform.savedSearchSeen(id));
      },
    };
  }, [platform, client]);
}
