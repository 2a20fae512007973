// Query keys begin with their topic; events invalidate by topic.

import type { FilesListRequest, SearchMode, SearchSort } from "../platform";
import type { Like } from "./similar";

export const keys = {
  vault: ["vault"] as const,
  // Of no vault's content: it stays while everything else is forgotten.
  restore: ["vault", "restore"] as const,
  slots: ["slots"] as const,
  status: ["status"] as const,
  settings: ["settings"] as const,
  activity: ["activity"] as const,
  backup: ["backup"] as const,
  backupState: ["backup", "state"] as const,
  backupList: (folder: string) => ["backup", "list", folder] as const,
  sources: ["sources"] as const,
  files: (request: FilesListRequest) => ["files", request] as const,
  audit: (actions: readonly string[]) => ["audit", actions] as const,
  connections: ["connections"] as const,
  clients: ["clients"] as const,
  models: ["models"] as const,
  history: (limit: number) => ["history", "list", limit] as const,
  insights: ["history", "insights"] as const,
  saved: ["saved"] as const,
  programs: ["programs"] as const,
  programsFor: (id: string) => ["programs", "for", id] as const,
  recent: ["search", "recent"] as const,
  search: (mode: SearchMode, query: string, limit: number, sort: SearchSort) => ["search", "query", mode, query, limit, sort] as const,
  facets: (mode: SearchMode, query: string) => ["search", "facets", mode, query] as const,
  similar: (like: Like | null, limit: number) => ["search", "similar", like, limit] as const,
  completions: (query: string, cursor: number) => ["completions", query, cursor] as const,
  preview: (id: string, query: string, start: number | null) => ["search", "preview", id, query, start] as const,
  passages: (id: string, query: string) => ["search", "passages", id, query] as const,
  // Not of the search: drawing a page anew because another file was read would be a waste.
  page: (id: string, page: number | null, width: number | null, query: string) => ["page", id, page, width, query] as const,
  thread: (id: string, subject: string) => ["thread", id, subject] as const,
};
