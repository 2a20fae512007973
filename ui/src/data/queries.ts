import { useQuery } from "@tanstack/react-query";
import { usePlatform } from "../platform/context";
import { keys } from "./keys";

export function useVault() {
  const platform = usePlatform();
  return useQuery({ queryKey: keys.vault, queryFn: () => platform.vaultStatus(), staleTime: Infinity });
}

/** The ways into the vault; asked again from time to time, because the time until it locks starts anew with every use. */
export function useSlots() {
  const platform = usePlatform();
  return useQuery({ queryKey: keys.slots, queryFn: () => platform.vaultSlots(), refetchInterval: 15_000 });
}

export function useStatus() {
  const platform = usePlatform();
  return useQuery({ queryKey: keys.status, queryFn: () => platform.status(), staleTime: 10_000 });
}

export function useSettings() {
  const platform = usePlatform();
  return useQuery({ queryKey: keys.settings, queryFn: () => platform.settings(), staleTime: Infinity });
}

/** How often a running backup is asked how far it is, in milliseconds. */
const RUNNING_MS = 500;

export function useBackupState() {
  const platform = usePlatform();
  return useQuery({
    queryKey: keys.backupState,
    queryFn: () => platform.backupState(),
    refetchInterval: (query) => (query.state.data?.run.state === "running" ? RUNNING_MS : false),
  });
}

/** The restore that runs, or the last one: it outlives a lock, and a page that was loaded anew. */
export function useRestoreState() {
  const platform = usePlatform();
  return useQuery({
    queryKey: keys.restore,
    queryFn: () => platform.restoreState(),
    staleTime: Infinity,
    refetchInterval: (query) => (query.state.data?.state === "running" ? RUNNING_MS : false),
  });
}

export function useBackupList(folder: string | null, enabled: boolean) {
  const platform = usePlatform();
  return useQuery({ queryKey: keys.backupList(folder ?? ""), queryFn: () => platform.backupList(folder ?? ""), enabled: enabled && folder !== null });
}

export function useSources() {
  const platform = usePlatform();
  return useQuery({ queryKey: keys.sources, queryFn: () => platform.sources() });
}

export function useRecent(enabled: boolean) {
  const platform = usePlatform();
  return useQuery({ queryKey: keys.recent, queryFn: () => platform.recent(), enabled });
}
