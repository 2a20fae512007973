// Facts from the core become invalidated queries; nothing is copied elsewhere.

import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Platform, StatusView, VaultState } from "../platform";
import { keys } from "./keys";
import { applyTheme } from "./theme";

const REFRESH_MS = 1_000;
const SEARCH_REFRESH_MS = 3_000;

/** Calls `run` at once and then at most once per `interval`, the last call included. */
function atMostEvery(interval: number, run: () => void): { call: () => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let again = false;
  const tick = () => {
    timer = null;
    if (!again) return;
    again = false;
    call();
  };
  const call = () => {
    if (timer !== null) {
      again = true;
      return;
    }
    run();
    timer = setTimeout(tick, interval);
  };
  return {
    call,
    stop: () => {
      if (timer !== null) clearTimeout(timer);
      timer = null;
    },
  };
}

function isOther(query: { queryKey: readonly unknown[] }): boolean {
  return query.queryKey[0] !== keys.vault[0];
}

function amountDone(status: StatusView | undefined): string {
  const progress = status?.progress;
  return progress ? `${progress.names.done} ${progress.words.done} ${progress.meaning.done} ${progress.ocr?.done ?? 0} ${status.items}` : "";
}

function connect(platform: Platform, client: QueryClient): () => void {
  const drop = (...topics: string[]) => {
    for (const topic of topics) void client.invalidateQueries({ queryKey: [topic] });
  };
  const refresh = atMostEvery(REFRESH_MS, () => drop("sources", "activity"));
  const refreshFiles = atMostEvery(SEARCH_REFRESH_MS, () => drop("files", "search", "saved"));
  const stops = [
    platform.on("indexProgressed", (status) => {
      const moved = amountDone(client.getQueryData<StatusView>(keys.status)) !== amountDone(status);
      client.setQueryData(keys.status, status);
      refresh.call();
      if (moved) refreshFiles.call();
    }),
    platform.on("sourcesChanged", () => {
      drop("sources", "files", "status", "audit", "clients");
      refreshFiles.call();
    }),
    platform.on("jobsChanged", () => {
      drop("activity", "status", "backup", "slots");
    }),
    platform.on("settingsChanged", (settings) => {
      client.setQueryData(keys.settings, settings);
      applyTheme(settings.theme);
      drop("audit", "history");
    }),
    platform.on("vaultChanged", (vault) => {
      client.setQueryData(keys.vault, vault);
      void client.invalidateQueries({ queryKey: keys.restore });
      if (vault.state === "open") {
        void client.invalidateQueries({ predicate: isOther });
        return;
      }
      platform.forgetPage();
    }),
  ];
  // The other window may have searched, saved and forgotten meanwhile, a terminal may have let programs ask, and no event says so.
  const comeBack = () => {
    drop("saved", "history", "clients");
  };
  window.addEventListener("focus", comeBack);
  return () => {
    window.removeEventListener("focus", comeBack);
    refresh.stop();
    refreshFiles.stop();
    for (const stop of stops) stop();
  };
}

export function usePlatformEvents(platform: Platform): void {
  const client = useQueryClient();
  useEffect(() => connect(platform, client), [platform, client]);
}

/** Empties the cache once the screens that showed it are gone: earlier, they would fill it again. */
export function useForgetWhenLocked(state: VaultState | undefined): void {
  const client = useQueryClient();
  useEffect(() => {
    if (state === undefined || state === "open") return;
    void client.cancelQueries({ predicate: isOther });
    client.removeQueries({ predicate: isOther });
  }, [state, client]);
}
