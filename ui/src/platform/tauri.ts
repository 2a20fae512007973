import { commands, events, type ApiError } from "./bindings.gen";
import { CommandError, whatStays, type Platform, type PlatformEvents } from "./index";

type Answer<T> = { status: "ok"; data: T } | { status: "error"; error: ApiError };

async function unwrap<T>(answer: Promise<Answer<T>>): Promise<T> {
  const settled = await answer;
  if (settled.status === "error") throw new CommandError(settled.error);
  return settled.data;
}

async function done(answer: Promise<Answer<unknown>>): Promise<void> {
  await unwrap(answer);
}

type Sources = { [Name in keyof PlatformEvents]: { listen: (callback: (event: { payload: PlatformEvents[Name] }) => void) => Promise<() => void> } };
const sources: Sources = events;

function on<Name extends keyof PlatformEvents>(name: Name, handler: (payload: PlatformEvents[Name]) => void): () => void {
  let stopped = false;
  let stop: (() => void) | null = null;
  void sources[name]
    .listen((event) => {
      if (!stopped) handler(event.payload);
    })
    .then((unlisten) => {
      if (stopped) unlisten();
      else stop = unlisten;
    });
  return () => {
    stopped = true;
    stop?.();
  };
}

/** The app's own platform: every call is one command over IPC. */
export function createTauriPlatform(): Platform {
  return {
    isMac: navigator.userAgent.includes("Macintosh"),

    vaultStatus: () => unwrap(commands.vaultStatus()),
    vaultCreate: async (passphrase, keychain) => (await unwrap(commands.vaultCreate({ passphrase, keychain }))).recoveryCode,
    vaultUnlock: (passphrase) => unwrap(commands.vaultUnlock({ passphrase })),
    vaultUnlockKeychain: () => unwrap(commands.vaultUnlockKeychain()),
    vaultAcceptLoss: () => unwrap(commands.vaultAcceptLoss()),
    vaultLock: () => done(commands.vaultLock()),
    vaultSlots: () => unwrap(commands.vaultSlots()),
    vaultChangePassphrase: (secret, passphrase) => unwrap(commands.vaultChangePassphrase({ proof: { secret }, passphrase })),
    vaultRenewRecovery: (secret) => unwrap(commands.vaultRenewRecovery({ secret })),
    vaultConfirmRecovery: (groups) => unwrap(commands.vaultConfirmRecovery({ groups })),
    vaultAddKeychain: (secret) => unwrap(commands.vaultAddKeychain({ secret })),
    vaultRemoveKeychain: (secret) => unwrap(commands.vaultRemoveKeychain({ secret })),
    vaultRotate: (secret, passphrase) => unwrap(commands.vaultRotate({ proof: { secret }, passphrase })),
    vaultConfirmRotation: (groups) => unwrap(commands.vaultConfirmRotation({ groups })),
    vaultResumeRotation: () => unwrap(commands.vaultResumeRotation()),
    vaultCancelRotation: () => done(commands.vaultCancelRotation()),

    search: (request) => unwrap(commands.searchQuery(request)),
    preview: (id, query, start) => unwrap(commands.searchPreview({ id, query, start })),
    previewPage: (request) => unwrap(commands.previewPage(request)),
    passages: (id, query) => unwrap(commands.searchPassages({ id, query })),
    recent: () => unwrap(commands.searchRecent()),
    similar: (request) => unwrap(commands.searchSimilar(request)),
    complete: (query, cursor) => unwrap(commands.searchComplete({ query, cursor })),
    noteSearch: (request) => done(commands.historyNote(request)),
    history: (prefix, limit) => unwrap(commands.historyList({ prefix, limit })),
    forgetHistory: (query) => done(commands.historyForget({ query })),
    insights: () => unwrap(commands.insightsGet()),
    clearInsights: () => done(commands.insightsClear()),
    savedSearches: () => unwrap(commands.savedList()),
    saveSearch: (request) => unwrap(commands.savedPut(request)),
    removeSavedSearch: (id) => done(commands.savedRemove({ id })),
    savedSearchSeen: (id) => done(commands.savedSeen({ id })),
    programs: () => unwrap(commands.appsList()),
    launchProgram: (id) => done(commands.appsLaunch({ id })),
    programsFor: (id) => unwrap(commands.itemApps({ id })),
    openWith: (id, program) => done(commands.itemOpenWith({ id, program })),
    copyAll: (id) => done(commands.itemCopyAll({ id })),
    share: (id) => done(commands.itemShare({ id })),
    open: (id) => done(commands.itemOpen({ id })),
    reveal: (id) => done(commands.itemReveal({ id })),
    copyPath: (id) => done(commands.itemCopyPath({ id })),
    copyText: (text) => done(commands.itemCopyText({ text })),

    sources: () => unwrap(commands.sourcesList()),
    addSource: (path) => unwrap(commands.sourcesAdd({ path })),
    pickFolder: () => unwrap(commands.sourcesPick()),
    removeSource: (id) => done(commands.sourcesRemove({ id })),
    rescanSource: (id) => done(commands.sourcesRescan({ id })),
    forgetVanished: (id) => done(commands.sourcesForget({ id })),
    indexNow: (id) => done(commands.sourcesIndexNow({ id })),
    files: (request) => unwrap(commands.filesList(request)),
    explainFile: (path) => unwrap(commands.filesExplain({ path })),
    retryFiles: async (request) => (await unwrap(commands.filesRetry(request))).count,

    activity: () => unwrap(commands.activityList()),
    pause: () => done(commands.activityPause()),
    resume: () => done(commands.activityResume()),
    cancelJob: (id) => done(commands.activityCancel({ id })),
    goOn: () => done(commands.activityGoOn()),
    status: () => unwrap(commands.statusGet()),

    auditLog: (request) => unwrap(commands.auditList(request)),
    verifyAuditLog: () => unwrap(commands.auditVerify()),
    exportAuditLog: () => unwrap(commands.auditExport()),

    connections: () => unwrap(commands.networkList()),

    clients: () => unwrap(commands.clientsList()),
    addClient: (request) => unwrap(commands.clientsAdd(request)),
    removeClient: (id) => done(commands.clientsRemove({ id })),

    models: () => unwrap(commands.modelList()),
    takeModel: (id) => unwrap(commands.modelUse({ id })),
    cancelModel: () => unwrap(commands.modelCancel()),
    importModel: (path, id) => unwrap(commands.modelImport({ path, id })),
    downloadModel: (id, metered) => unwrap(commands.modelDownload({ id, metered })),
    cancelModelDownload: () => unwrap(commands.modelCancelDownload()),
    removeModel: (id) => unwrap(commands.modelRemove({ id })),

    settings: () => unwrap(commands.settingsGet()),
    saveSettings: (settings) => unwrap(commands.settingsSet(settings)),

    backupState: () => unwrap(commands.backupState()),
    backupList: (folder) => unwrap(commands.backupList({ folder })),
    startBackup: (request) => unwrap(commands.backupStart(request)),
    checkBackup: (folder) => unwrap(commands.backupCheck({ folder })),
    cancelBackup: () => done(commands.backupCancel()),

    restoreList: (folder, secret) => unwrap(commands.restoreList({ folder, secret })),
    startRestore: (folder, snapshot, secret) => unwrap(commands.restoreStart({ folder, snapshot, secret })),
    restoreState: () => unwrap(commands.restoreState()),
    cancelRestore: () => done(commands.restoreCancel()),

    startExport: (folder) => unwrap(commands.exportStart({ folder })),
    importFrom: (folder) => unwrap(commands.importRun({ folder })),

    hideQuick: () => done(commands.quickHide()),
    openMain: (route) => done(commands.windowOpenMain({ route })),
    forgetPage: () => {
      history.replaceState(null, "", `${location.pathname}${whatStays(location.hash)}`);
      location.reload();
    },

    on,
  };
}
