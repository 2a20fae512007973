// The address of the page is the state of the page: `#/search?q=…&id=…`. Back works, and quick search can link into it.
// Addresses hold queries and are never stored; only the name of the area survives a restart, and how results are listed.

import { useCallback, useMemo, useSyncExternalStore } from "react";

export const AREAS = ["search", "sources", "activity", "settings"] as const;
export type Area = (typeof AREAS)[number];

export interface Route {
  area: Area;
  /** The screen that brings a backup back lies over every area, and over the vault's faces. */
  restores: boolean;
  parameters: URLSearchParams;
}

const RESTORE = "restore";
const AREA_KEY = "atom.area";
const LISTING_KEY = "atom.listing";

/** What a restart may bring back of a search's address, by name: settings of the list, and no word of what was sought. */
const LISTING: Readonly<Record<string, readonly string[]>> = {
  sort: ["newest", "oldest", "largest", "smallest", "name"],
  group: ["source", "folder"],
  facets: ["shown", "hidden"],
};

function listingOf(parameters: URLSearchParams): Record<string, string | null> {
  return Object.fromEntries(Object.entries(LISTING).map(([name, values]) => [name, values.find((value) => value === parameters.get(name)) ?? null]));
}

function isArea(text: string | null | undefined): text is Area {
  return AREAS.some((area) => area === text);
}

function lastArea(): Area {
  try {
    const stored = localStorage.getItem(AREA_KEY);
    return isArea(stored) ? stored : "search";
  } catch {
    return "search";
  }
}

export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = splitOnce(hash.replace(/^#\/?/, ""), "?");
  const name = path.split("/")[0];
  return { area: isArea(name) ? name : lastArea(), restores: name === RESTORE, parameters: new URLSearchParams(query) };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

export function routeToRestore(parameters: Record<string, string | null> = {}): string {
  return address(RESTORE, parameters);
}

/** The address of an area that was not gone to yet in this run. */
export function routeToStart(area: Area): string {
  return routeTo(area, area === "search" ? lastListing() : {});
}

function lastListing(): Record<string, string | null> {
  try {
    return listingOf(new URLSearchParams(localStorage.getItem(LISTING_KEY) ?? ""));
  } catch {
    return {};
  }
}

/** The address of another search: its results are listed as those of the last one were. */
export function routeToSearch(parameters: Record<string, string | null> = {}): string {
  const { hash } = window.location;
  // Back changes the address and not what is kept. The window of quick search has no address of its own.
  const listing = hash.startsWith("#/search") ? listingOf(parseRoute(hash).parameters) : lastListing();
  return routeTo("search", { ...parameters, ...listing });
}

export function routeTo(area: Area, parameters: Record<string, string | null> = {}): string {
  return address(area, parameters);
}

function address(name: string, parameters: Record<string, string | null>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value) query.set(name, value);
  const text = query.toString();
  return text ? `#/${name}?${text}` : `#/${name}`;
}

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("hashchange", listener);
  window.addEventListener("popstate", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("hashchange", listener);
    window.removeEventListener("popstate", listener);
  };
}

/** `push` makes a step for Back; `replace` is for what changes while typing. */
export function navigate(hash: string, how: "push" | "replace" = "push"): void {
  if (hash === window.location.hash) return;
  if (how === "push") window.history.pushState(null, "", hash);
  else window.history.replaceState(null, "", hash);
  try {
    const { area, parameters } = parseRoute(hash);
    localStorage.setItem(AREA_KEY, area);
    if (area === "search") localStorage.setItem(LISTING_KEY, splitOnce(address("", listingOf(parameters)), "?")[1]);
  } catch {
    // Then the next start opens on Search, as it was at first.
  }
  for (const listener of listeners) listener();
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash);
  return useMemo(() => parseRoute(hash), [hash]);
}

/** Changes some parameters of the current address and keeps the others. */
export function useParameters(): [URLSearchParams, (changes: Record<string, string | null>, how?: "push" | "replace") => void] {
  const { parameters } = useRoute();
  const change = useCallback((changes: Record<string, string | null>, how: "push" | "replace" = "replace") => {
    const route = parseRoute(window.location.hash);
    const all: Record<string, string | null> = Object.fromEntries(route.parameters);
    navigate(routeTo(route.area, { ...all, ...changes }), how);
  }, []);
  return [parameters, change];
}
