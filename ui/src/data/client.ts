import { QueryClient } from "@tanstack/react-query";
import { CommandError } from "../platform";

/** One cache per window. It lives in memory only and is emptied when the vault locks. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 1_000,
        gcTime: 60_000,
        refetchOnWindowFocus: false,
        networkMode: "always",
        retry: (failures, error) => error instanceof CommandError && error.retryable && failures < 2,
      },
      mutations: { networkMode: "always" },
    },
  });
}
