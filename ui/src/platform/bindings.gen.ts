// The shape that tauri-specta writes; `cargo xtask bindings` replaces this file.
import { invoke as __TAURI_INVOKE } from "@tauri-apps/api/core";
import * as __TAURI_EVENT from "@tauri-apps/api/event";

/** Commands */
export const commands = {
  vaultStatus: () => typedError<VaultView, ApiError>(__TAURI_INVOKE("vault_status")),
  vaultCreate: (request: VaultCreateRequest) => typedError<VaultCreateResponse, ApiError>(__TAURI_INVOKE("vault_create", { request })),
  vaultUnlock: (request: VaultUnlockRequest) => typedError<VaultView, ApiError>(__TAURI_INVOKE("vault_unlock", { request })),
  vaultUnlockKeychain: () => typedError<VaultView, ApiError>(__TAURI_INVOKE("vault_unlock_keychain")),
  vaultLock: () => typedError<VaultView, ApiError>(__TAURI_INVOKE("vault_lock")),
  searchQuery: (request: SearchRequest) => typedError<SearchResponse, ApiError>(__TAURI_INVOKE("search_query", { request })),
  searchPreview: (request: PreviewRequest) => typedError<PreviewView, ApiError>(__TAURI_INVOKE("search_preview", { request })),
  searchRecent: () => typedError<HitView[], ApiError>(__TAURI_INVOKE("search_recent")),
  itemOpen: (request: IdRequest) => typedError<null, ApiError>(__TAURI_INVOKE("item_open", { request })),
  itemReveal: (request: IdRequest) => typedError<null, ApiError>(__TAURI_INVOKE("item_reveal", { request })),
  itemCopyPath: (request: IdRequest) => typedError<null, ApiError>(__TAURI_INVOKE("item_copy_path", { request })),
  itemCopyText: (request: CopyTextRequest) => typedError<null, ApiError>(__TAURI_INVOKE("item_copy_text", { request })),
  sourcesList: () => typedError<SourceView[], ApiError>(__TAURI_INVOKE("sources_list")),
  sourcesAdd: (request: SourcesAddRequest) => typedError<SourceView, ApiError>(__TAURI_INVOKE("sources_add", { request })),
  sourcesPick: () => typedError<string | null, ApiError>(__TAURI_INVOKE("sources_pick")),
  sourcesRemove: (request: IdRequest) => typedError<null, ApiError>(__TAURI_INVOKE("sources_remove", { request })),
  sourcesRescan: (request: IdRequest) => typedError<null, ApiError>(__TAURI_INVOKE("sources_rescan", { request })),
  filesList: (request: FilesListRequest) => typedError<FilesListResponse, ApiError>(__TAURI_INVOKE("files_list", { request })),
  filesRetry: (request: FilesRetryRequest) => typedError<CountResponse, ApiError>(__TAURI_INVOKE("files_retry", { request })),
  activityList: () => typedError<ActivityView, ApiError>(__TAURI_INVOKE("activity_list")),
  activityPause: () => typedError<null, ApiError>(__TAURI_INVOKE("activity_pause")),
  activityResume: () => typedError<null, ApiError>(__TAURI_INVOKE("activity_resume")),
  activityCancel: (request: IdRequest) => typedError<null, ApiError>(__TAURI_INVOKE("activity_cancel", { request })),
  statusGet: () => typedError<StatusView, ApiError>(__TAURI_INVOKE("status_get")),
  settingsGet: () => typedError<Settings, ApiError>(__TAURI_INVOKE("settings_get")),
  settingsSet: (settings: Settings) => typedError<Settings, ApiError>(__TAURI_INVOKE("settings_set", { settings })),
  quickHide: () => typedError<null, ApiError>(__TAURI_INVOKE("quick_hide")),
  windowOpenMain: (request: OpenMainRequest) => typedError<null, ApiError>(__TAURI_INVOKE("window_open_main", { request })),
};

/** Events */
export const events = {
  indexProgressed: makeEvent<StatusView>("index-progressed"),
  sourcesChanged: makeEvent<null>("sources-changed"),
  jobsChanged: makeEvent<null>("jobs-changed"),
  vaultChanged: makeEvent<VaultView>("vault-changed"),
  settingsChanged: makeEvent<Settings>("settings-changed"),
  quickShown: makeEvent<null>("quick-shown"),
};

/* Types */
export type ActivityView = { jobs: JobView[]; paused: boolean };
export type ApiError = { code: ErrorCode; message: string; retryable: boolean; details: string | null };
export type Chip = { text: string; start: number; end: number; operator: string; value: string };
export type CopyTextRequest = { text: string };
export type CountResponse = { count: number };
export type ErrorCode =
  | "vault-absent"
  | "vault-locked"
  | "vault-exists"
  | "wrong-passphrase"
  | "weak-passphrase"
  | "keychain-unavailable"
  | "not-found"
  | "invalid-input"
  | "folder-unreadable"
  | "disk-full"
  | "model-missing"
  | "index-corrupt"
  | "data-damaged"
  | "busy"
  | "internal";
export type ExplainView = { wordsRank: number | null; meaningRank: number | null; boosts: string[] };
export type FilesListRequest = { source: string | null; states: string[]; query: string; offset: number; limit: number };
export type FilesListResponse = { total: number; files: FileView[] };
export type FilesRetryRequest = { source: string | null; states: string[]; id: string | null };
export type FileView = { id: string; path: string; name: string; state: string; stage: string; mime: string; size: number; modified: number; reason: string | null };
export type HitView = {
  rank: number;
  id: string;
  title: string;
  titleHighlights: [number, number][];
  uri: string;
  path: string;
  folder: string;
  source: string;
  kind: string;
  mime: string;
  modified: number;
  size: number;
  score: number | null;
  snippet: Snippet | null;
  locations: string[];
  state: string;
  explain: ExplainView | null;
};
export type IdRequest = { id: string };
export type IndexBudget = "gentle" | "half" | "full";
export type JobView = {
  id: string;
  kind: string;
  source: string | null;
  title: string;
  state: string;
  progress: Progress;
  startedAt: number | null;
  finishedAt: number | null;
  error: string | null;
};
export type ModelView = { id: string | null; state: string };
export type Notice = { code: string; message: string };
export type OpenMainRequest = { route: string };
export type PreviewRequest = { id: string; query: string };
export type PreviewView = {
  id: string;
  title: string;
  path: string;
  kind: string;
  mime: string;
  modified: number;
  size: number;
  state: string;
  reason: string | null;
  text: string;
  textStart: number;
  truncated: boolean;
  highlights: [number, number][];
};
export type Progress = { done: number; total: number; perSecond: number | null; etaSeconds: number | null };
export type SearchMode = "hybrid" | "words" | "meaning";
export type SearchRequest = { query: string; mode: SearchMode; limit: number; offset: number; explain: boolean };
export type SearchResponse = { query: string; mode: SearchMode; tookMs: number | null; total: number; hits: HitView[]; notices: Notice[]; chips: Chip[] };
export type Settings = {
  hotkey: string;
  theme: Theme;
  ignoreRules: string;
  indexBudget: IndexBudget;
  notifyWhenDone: boolean;
  lockAfterMinutes: number | null;
};
export type SizeView = { name: string; bytes: number };
export type Snippet = { text: string; highlights: [number, number][] };
export type SourcesAddRequest = { path: string };
export type SourceState = "scanning" | "indexing" | "ready" | "paused" | "missing" | "removing";
export type SourceView = {
  id: string;
  path: string;
  state: SourceState;
  addedAt: number;
  lastScanAt: number | null;
  files: number;
  folders: number;
  bytes: number;
  counts: StateCount[];
  progress: StageProgress;
  message: string | null;
};
export type StageProgress = { names: Progress; words: Progress; meaning: Progress };
export type StateCount = { state: string; count: number };
export type StatusView = {
  progress: StageProgress;
  paused: boolean;
  items: number;
  chunks: number;
  vectors: number;
  counts: StateCount[];
  sizes: SizeView[];
  model: ModelView;
  watching: WatchingView;
  message: string | null;
  version: string;
};
export type Theme = "system" | "light" | "dark";
export type VaultCreateRequest = { passphrase: string; keychain: boolean };
export type VaultCreateResponse = { recoveryCode: string };
export type VaultState = "absent" | "locked" | "open";
export type VaultUnlockRequest = { passphrase: string };
export type VaultView = { state: VaultState; keychainAvailable: boolean; hasKeychainSlot: boolean; dataDir: string };
export type WatchingView = { folders: number; polled: number };

/* Tauri Specta runtime */
async function typedError<T, E>(result: Promise<T>): Promise<{ status: "ok"; data: T } | { status: "error"; error: E }> {
  try {
    return { status: "ok", data: await result };
  } catch (error) {
    if (error instanceof Error) throw error;
    return { status: "error", error: error as E };
  }
}

function makeEvent<T>(name: string) {
  return {
    listen: (handler: __TAURI_EVENT.EventCallback<T>) => __TAURI_EVENT.listen<T>(name, handler),
  };
}
