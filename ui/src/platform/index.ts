// What the screens may ask of the machine. `tauri.ts` answers in the app, `fake/` in tests and in a plain browser.
// To add a command: add it to the bindings, to this interface, and to both implementations; the compiler finds the rest.

import type {
  ActivityView,
  ApiError,
  AuditExportResponse,
  AuditListRequest,
  AuditListResponse,
  AuditVerifyResponse,
  BackupListView,
  BackupRequest,
  BackupRunView,
  BackupStateView,
  ClientAddRequest,
  ClientAddResponse,
  ClientView,
  ConnectionsResponse,
  ErrorCode,
  FilesExplainResponse,
  FilesListRequest,
  FilesListResponse,
  FilesRetryRequest,
  HitView,
  ImportView,
  ModelsView,
  PreviewPageRequest,
  PreviewPageView,
  PreviewView,
  SearchRequest,
  SearchResponse,
  Settings,
  SlotsView,
  SourceView,
  StatusView,
  VaultRecoveryView,
  VaultView,
  CompletionView,
  HistoryEntryView,
  HistoryNoteRequest,
  InsightsView,
  PassagesView,
  ProgramView,
  SavedPutRequest,
  SavedSearchView,
  SimilarRequest,
} from "./bindings.gen";

export type {
  ActivityView,
  AuditEntryView,
  AuditListRequest,
  AuditListResponse,
  AuditVerifyResponse,
  BackupListView,
  BackupRequest,
  BackupRunView,
  BackupSettings,
  OcrSettings,
  OcrView,
  BackupStateView,
  Chip,
  ClientAddRequest,
  ClientAddResponse,
  ClientView,
  ConnectionView,
  ErrorCode,
  FilesListRequest,
  FilesExplainResponse,
  FilesListResponse,
  FileView,
  GovernorView,
  HitView,
  ImportView,
  IndexBudget,
  JobView,
  ModelChangeView,
  ModelDownloadView,
  ModelEntryView,
  ModelsView,
  Notice,
  PreviewPageRequest,
  PreviewPageView,
  PreviewView,
  Progress,
  SearchMode,
  SearchRequest,
  SearchResponse,
  Settings,
  SlotKind,
  SlotsView,
  SnapshotView,
  SourceView,
  StageProgress,
  StateCount,
  StatusView,
  Theme,
  VanishedView,
  VaultRecoveryView,
  VaultState,
  VaultView,
  CompletionView,
  FacetsView,
  FacetView,
  HistoryEntryView,
  HistoryNoteRequest,
  InsightsView,
  PassagesView,
  PassageView,
  ProgramView,
  SavedPutRequest,
  SavedSearchView,
  SearchSort,
  SimilarRequest,
} from "./bindings.gen";

/** A failed command: `message` is a sentence for a person. */
export class CommandError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly details: string | null;

  constructor(error: ApiError) {
    super(error.message);
    this.name = "CommandError";
    this.code = error.code;
    this.retryable = error.retryable;
    this.details = error.details;
  }
}

/** Of an address, what a page that is forgotten may keep: the number of the restore that it shows, and nothing else. */
export function whatStays(hash: string): string {
  const run = /^#\/restore\?(?:.*&)?run=(\d+)(?:&|$)/.exec(hash)?.[1];
  return run === undefined ? "" : `#/restore?run=${run}`;
}

/** Facts that the core states, by name. */
export interface PlatformEvents {
  indexProgressed: StatusView;
  sourcesChanged: null;
  jobsChanged: null;
  vaultChanged: VaultView;
  settingsChanged: Settings;
  quickShown: null;
}

export interface Platform {
  /** Cmd instead of Ctrl. */
  readonly isMac: boolean;

  vaultStatus(): Promise<VaultView>;
  vaultCreate(passphrase: string, keychain: boolean): Promise<string>;
  vaultUnlock(passphrase: string): Promise<VaultView>;
  vaultUnlockKeychain(): Promise<VaultView>;
  /** Goes on with what is there, after unlocking failed with `data-lost`. */
  vaultAcceptLoss(): Promise<VaultView>;
  vaultLock(): Promise<void>;
  /** The ways into the vault. */
  vaultSlots(): Promise<SlotsView>;
  /** `proof` is the present passphrase or the recovery code, here and below; null asks the keychain. */
  vaultChangePassphrase(proof: string | null, passphrase: string): Promise<SlotsView>;
  /** A new recovery code; the old one works until this one is confirmed. */
  vaultRenewRecovery(proof: string | null): Promise<VaultRecoveryView>;
  vaultConfirmRecovery(groups: [string, string]): Promise<SlotsView>;
  vaultAddKeychain(proof: string | null): Promise<SlotsView>;
  vaultRemoveKeychain(proof: string | null): Promise<SlotsView>;
  /** Without a passphrase the present one stays, if it is the proof. Nothing is begun before `vaultConfirmRotation`. */
  vaultRotate(proof: string | null, passphrase: string | null): Promise<VaultRecoveryView>;
  /** Answers at once; `backupState` says how far it is. */
  vaultConfirmRotation(groups: [string, string]): Promise<BackupRunView>;
  vaultResumeRotation(): Promise<BackupRunView | null>;
  vaultCancelRotation(): Promise<void>;

  search(request: SearchRequest): Promise<SearchResponse>;
  /** `start` is a byte of the whole text (see `passages`); null begins around the first match. */
  preview(id: string, query: string, start: number | null): Promise<PreviewView>;
  /** A page of a PDF, or a picture, as it looks. */
  previewPage(request: PreviewPageRequest): Promise<PreviewPageView>;
  /** Passages of one item that match, in the order of its text. */
  passages(id: string, query: string): Promise<PassagesView>;
  recent(): Promise<HitView[]>;
  /** What is like an item, or like a text. */
  similar(request: SimilarRequest): Promise<SearchResponse>;
  /** What the query may go on with at the cursor (in UTF-16 units, as everywhere here), best first. */
  complete(query: string, cursor: number): Promise<CompletionView[]>;
  /** Notes a search that was meant: something was done with a hit, or the person stayed with the hits. */
  noteSearch(request: HistoryNoteRequest): Promise<void>;
  /** Past searches, the last one first. */
  history(prefix: string, limit: number): Promise<HistoryEntryView[]>;
  /** One past search, or all of them. */
  forgetHistory(query: string | null): Promise<void>;
  insights(): Promise<InsightsView>;
  /** Forgets searches, their times and how often items were opened. */
  clearInsights(): Promise<void>;
  savedSearches(): Promise<SavedSearchView[]>;
  saveSearch(request: SavedPutRequest): Promise<SavedSearchView>;
  removeSavedSearch(id: string): Promise<void>;
  /** Its new matches were seen. */
  savedSearchSeen(id: string): Promise<void>;
  /** Programs that are installed. */
  programs(): Promise<ProgramView[]>;
  launchProgram(id: string): Promise<void>;
  /** Programs that open an item, the default one first. */
  programsFor(id: string): Promise<ProgramView[]>;
  openWith(id: string, program: string): Promise<void>;
  /** All text of an item. */
  copyAll(id: string): Promise<void>;
  /** Hands an item to the person's mail program. */
  share(id: string): Promise<void>;
  open(id: string): Promise<void>;
  reveal(id: string): Promise<void>;
  copyPath(id: string): Promise<void>;
  copyText(text: string): Promise<void>;

  sources(): Promise<SourceView[]>;
  addSource(path: string): Promise<SourceView>;
  /** Native folder dialog; null when it was dismissed. */
  pickFolder(): Promise<string | null>;
  removeSource(id: string): Promise<void>;
  rescanSource(id: string): Promise<void>;
  /** Forgets what is gone from a folder in great number. */
  forgetVanished(id: string): Promise<void>;
  /** Brings a folder in before all others, and nothing holds it back. */
  indexNow(id: string): Promise<void>;
  files(request: FilesListRequest): Promise<FilesListResponse>;
  /** Why the file at a path is found, or what keeps it from being found. */
  explainFile(path: string): Promise<FilesExplainResponse>;
  /** Answers how many files are tried again. */
  retryFiles(request: FilesRetryRequest): Promise<number>;

  activity(): Promise<ActivityView>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  cancelJob(id: string): Promise<void>;
  /** Nothing holds indexing back until everything is done. */
  goOn(): Promise<void>;
  status(): Promise<StatusView>;

  /** A page of the activity log, newest first. */
  auditLog(request: AuditListRequest): Promise<AuditListResponse>;
  verifyAuditLog(): Promise<AuditVerifyResponse>;
  /** Native save dialog; null when it was dismissed. */
  exportAuditLog(): Promise<AuditExportResponse | null>;

  /** Outgoing connections, newest first. */
  connections(): Promise<ConnectionsResponse>;

  /** Other programs that may ask, by name. */
  clients(): Promise<ClientView[]>;
  /** The token comes back once, and nothing keeps it. */
  addClient(request: ClientAddRequest): Promise<ClientAddResponse>;
  /** It is refused at its next question. */
  removeClient(id: string): Promise<void>;

  /** Models that searching by meaning may go by. */
  models(): Promise<ModelsView>;
  /** Begins the change; the present model answers until its end. */
  takeModel(id: string): Promise<ModelsView>;
  /** Gives a change up. */
  cancelModel(): Promise<ModelsView>;
  /** Copies and tries it; named after the folder without an id. */
  importModel(path: string, id: string | null): Promise<ModelsView>;
  /** Begins; `models` says how far it is. */
  downloadModel(id: string, metered: boolean): Promise<ModelsView>;
  cancelModelDownload(): Promise<ModelsView>;
  removeModel(id: string): Promise<ModelsView>;

  settings(): Promise<Settings>;
  saveSettings(settings: Settings): Promise<Settings>;

  backupState(): Promise<BackupStateView>;
  backupList(folder: string): Promise<BackupListView>;
  /** Answers at once; `backupState` says how far it is. */
  startBackup(request: BackupRequest): Promise<BackupRunView>;
  checkBackup(folder: string): Promise<BackupRunView>;
  cancelBackup(): Promise<void>;

  /** What a folder of backups holds, with any vault or none; `secret` is the passphrase or the recovery code. */
  restoreList(folder: string, secret: string): Promise<BackupListView>;
  /** Answers at once; `restoreState` says how far it is. An open vault is locked first. */
  startRestore(folder: string, snapshot: string, secret: string): Promise<BackupRunView>;
  /** The restore that runs, or the last one since Atom was started. */
  restoreState(): Promise<BackupRunView>;
  cancelRestore(): Promise<void>;

  /** Answers at once; `backupState` says how far it is, and `cancelBackup` stops it. */
  startExport(folder: string): Promise<BackupRunView>;
  importFrom(folder: string): Promise<ImportView>;

  hideQuick(): Promise<void>;
  openMain(route: string): Promise<void>;
  /** Throws every decrypted thing out of the page after a lock, by loading it anew. Only which restore it shows stays. */
  forgetPage(): void;

  /** Calls `handler` at every event until the returned function is called. */
  on<Name extends keyof PlatformEvents>(name: Name, handler: (payload: PlatformEvents[Name]) => void): () => void;
}
