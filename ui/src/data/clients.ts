// Other programs that may ask. What adding one answers goes to the caller only: a token has no place in a cache.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import type { ClientAddRequest, ClientAddResponse, ClientView } from "../platform";
import { usePlatform } from "../platform/context";
import { keys } from "./keys";

/** Programs ask at any time, and no event tells of it. */
const FRESH_MS = 30_000;

export function useClients() {
  const platform = usePlatform();
  return useQuery({ queryKey: keys.clients, queryFn: () => platform.clients(), refetchInterval: FRESH_MS });
}

/** Changes of the list, seen once the core has made them: who may ask is never shown too early. */
export function useClientChanges() {
  const platform = usePlatform();
  const client = useQueryClient();
  return useMemo(() => {
    const renew = () => void client.invalidateQueries({ queryKey: keys.clients });
    return {
      add: async (request: ClientAddRequest): Promise<ClientAddResponse> => {
        try {
          return await platform.addClient(request);
        } finally {
          renew();
        }
      },
      remove: async (id: string): Promise<void> => {
        try {
          await platform.removeClient(id);
          client.setQueryData<ClientView[]>(keys.clients, (before) => before?.filter((one) => one.id !== id));
        } finally {
          renew();
        }
      },
    };
  }, [platform, client]);
}
