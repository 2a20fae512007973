// The platform without a machine: believable, in memory, steerable by tests. Never part of a production build.

import { CommandError, whatStays, type ErrorCode, type GovernorView, type Platform, type PlatformEvents, type SlotKind, type SlotsView, type VaultView } from "../index";
import { listLog, verifyLog } from "./audit";
import { FakeBackups } from "./backups";
import { FakeClients } from "./clients";
import { FakeRestores } from "./restores";
import { CORPUS } from "./corpus";
import { fetchEnded, fetching, givenUp, imported, taken } from "./models";
import { fakePage } from "./pages";
import { FakePersonal, PROGRAMS } from "./personal";
import { fakeComplete, fakePassages, fakePreview, fakeSearch, fakeSimilar, hitOf } from "./search";
import { FakeState } from "./state";

export const FAKE_PASSPHRASE = "correct horse battery staple";
export const FAKE_TROUBLE = "the disk is full, so nothing new is indexed: free some space, and Atom goes on by itself";
/** What a renewal shows; it counts once two of its groups were typed. */
export const FAKE_NEW_RECOVERY_CODE = "2B9T-XK4M-0RQW-7HCE-5ZVN-P3JD-8SAG-6YF1-H";
const ASKED: [number, number] = [2, 7];
/** A laptop whose battery runs low. */
export const FAKE_HELD: GovernorView = { state: "held", reason: "on battery at 22 %, below 30 %", threads: 1, rests: true, anyway: false };
export const FAKE_RECOVERY_CODE = "7K3M-Q9TD-2XWB-H5NE-8RVC-1JPG-4YZA-6FSK-W";

export interface FakeOptions {
  /** `absent`, `locked`, or open with folders; `empty` is open without folders, `used` by someone with past and kept searches and another program, `trouble` on a full disk, `battery` on a low battery. */
  start?: string | null;
  /** Progress moves by itself. */
  live?: boolean;
  latency?: { words: number; hybrid: number; other: number };
  isMac?: boolean;
}

/** The fake, with handles for tests: what was asked of it, and what it should do next. */
export interface FakePlatform extends Platform {
  readonly calls: { name: string; arguments: unknown[] }[];
  readonly state: FakeState;
  readonly backups: FakeBackups;
  readonly personal: FakePersonal;
  readonly restores: FakeRestores;
  emit<Name extends keyof PlatformEvents>(name: Name, payload: PlatformEvents[Name]): void;
  /** The next call of this command fails. */
  fail(command: keyof Platform, code: ErrorCode, message: string): void;
}

type Handler = (payload: never) => void;

export function createFakePlatform(options: FakeOptions = {}): FakePlatform {
  const latency = options.latency ?? (options.live ? { words: 12, hybrid: 45, other: 8 } : { words: 0, hybrid: 0, other: 0 });
  const now = () => Date.now();
  const isOpen = options.start !== "absent" && options.start !== "locked";
  const state = new FakeState(now, options.start !== "absent" && options.start !== "empty");
  const personal = new FakePersonal();
  const clients = new FakeClients(() => state.sources);
  if (options.start === "used") {
    personal.seed(now());
    clients.seed(now());
  }
  const backups = new FakeBackups(now, () => state.settings.backup);
  const restores = new FakeRestores(now());
  if (options.start === "trouble") state.message = FAKE_TROUBLE;
  if (options.start === "battery") state.governor = FAKE_HELD;
  const vault: VaultView = { state: isOpen ? "open" : options.start === "locked" ? "locked" : "absent", keychainAvailable: true, hasKeychainSlot: options.start === "locked", dataDir: "/home/ada/.local/share/atom" };
  const calls: FakePlatform["calls"] = [];
  const failures = new Map<string, CommandError>();
  const handlers = new Map<string, Set<Handler>>();
  let passphrase = FAKE_PASSPHRASE;
  let recoveryCode = FAKE_RECOVERY_CODE;
  let isWaiting = false;
  let next: { passphrase: string; waits: boolean } | null = null;

  const emit: FakePlatform["emit"] = (name, payload) => {
    for (const handler of [...(handlers.get(name) ?? [])]) (handler as (payload: unknown) => void)(payload);
  };

  /** One command: recorded, late as the real one is, and failing when it was told to. */
  const command = async <T>(name: string, given: unknown[], answer: () => T, wait = latency.other, needsOpen = true): Promise<T> => {
    calls.push({ name, arguments: given });
    if (wait > 0) await new Promise((done) => setTimeout(done, wait));
    const failure = failures.get(name);
    if (failure) {
      failures.delete(name);
      throw failure;
    }
    if (needsOpen && vault.state !== "open") throw new CommandError({ code: "vault-locked", message: "the vault is locked", retryable: false, details: null });
    return answer();
  };
  const setVault = (next: VaultView["state"]) => {
    vault.state = next;
    emit("vaultChanged", { ...vault });
    return { ...vault };
  };
  const documentOf = (id: string) => {
    const document = CORPUS.find((one) => one.id === id);
    if (!document) throw new CommandError({ code: "not-found", message: "this file is gone from the index", retryable: false, details: null });
    return document;
  };
  const slotsOf = (): SlotsView => {
    const kinds: SlotKind[] = vault.hasKeychainSlot ? ["passphrase", "recovery", "keychain"] : ["passphrase", "recovery"];
    return {
      slots: kinds.map((kind) => ({ kind, createdAt: state.slotTimes[kind], backend: kind === "keychain" ? "secret-service" : null })),
      locksInSeconds: vault.state === "open" && state.settings.lockAfterMinutes !== null ? state.settings.lockAfterMinutes * 60 : null,
      rotating: next !== null && !next.waits,
    };
  };
  const prove = (proof: string | null) => {
    if (proof === null ? !vault.hasKeychainSlot : proof !== passphrase && proof !== recoveryCode) throw wrong();
  };
  const changed = (kind: SlotKind) => {
    state.slotTimes[kind] = now();
    setVault(vault.state);
    return slotsOf();
  };
  const wrong = () => new CommandError({ code: "wrong-passphrase", message: "wrong passphrase", retryable: false, details: null });

  backups.rotated = () => {
    if (next === null) return;
    passphrase = next.passphrase;
    recoveryCode = FAKE_NEW_RECOVERY_CODE;
    next = null;
    changed("passphrase");
    changed("recovery");
  };

  if (options.live) {
    setInterval(() => {
      if (vault.state !== "open" || state.paused || state.sources.length === 0) return;
      state.meaning = Math.min(0.97, state.meaning + 0.0007);
      state.renewJobs();
      emit("indexProgressed", state.status());
    }, 1_000);
  }

  return {
    isMac: options.isMac ?? false,
    calls,
    state,
    backups,
    personal,
    restores,
    emit,
    fail: (name, code, message) => {
      failures.set(name, new CommandError({ code, message, retryable: false, details: null }));
    },

    vaultStatus: () => command("vaultStatus", [], () => ({ ...vault }), latency.other, false),
    vaultCreate: (given, keychain) =>
      command(
        "vaultCreate",
        [given, keychain],
        () => {
          passphrase = given;
          vault.hasKeychainSlot = keychain;
          setVault("open");
          return FAKE_RECOVERY_CODE;
        },
        latency.other * 40,
        false,
      ),
    vaultUnlock: (given) =>
      command(
        "vaultUnlock",
        [given],
        () => {
          if (given !== passphrase && given !== recoveryCode) throw wrong();
          return setVault("open");
        },
        latency.other * 40,
        false,
      ),
    vaultUnlockKeychain: () => command("vaultUnlockKeychain", [], () => setVault("open"), latency.other, false),
    vaultAcceptLoss: () => command("vaultAcceptLoss", [], () => setVault("open"), latency.other * 4, false),
    vaultLock: () => command("vaultLock", [], () => void setVault("locked")),
    vaultSlots: () => command("vaultSlots", [], slotsOf),
    vaultChangePassphrase: (proof, given) =>
      command(
        "vaultChangePassphrase",
        [proof, given],
        () => {
          prove(proof);
          passphrase = given;
          return changed("passphrase");
        },
        latency.other * 80,
      ),
    vaultRenewRecovery: (proof) =>
      command("vaultRenewRecovery", [proof], () => {
        prove(proof);
        isWaiting = true;
        return { code: FAKE_NEW_RECOVERY_CODE, groups: ASKED };
      }, latency.other * 40),
    vaultConfirmRecovery: (groups) =>
      command("vaultConfirmRecovery", [groups], () => {
        if (!isWaiting) throw new CommandError({ code: "not-found", message: "no new recovery code waits to be confirmed: make one again; the old code still works", retryable: false, details: null });
        const said = FAKE_NEW_RECOVERY_CODE.split("-");
        if (ASKED.some((number, index) => groups[index]?.trim().toUpperCase() !== said[number - 1])) throw wrong();
        isWaiting = false;
        recoveryCode = FAKE_NEW_RECOVERY_CODE;
        return changed("recovery");
      }),
    vaultAddKeychain: (proof) =>
      command("vaultAddKeychain", [proof], () => {
        prove(proof);
        vault.hasKeychainSlot = true;
        return changed("keychain");
      }),
    vaultRemoveKeychain: (proof) =>
      command("vaultRemoveKeychain", [proof], () => {
        prove(proof);
        vault.hasKeychainSlot = false;
        return changed("keychain");
      }),
    vaultRotate: (proof, given) =>
      command("vaultRotate", [proof, given], () => {
        prove(proof);
        if (given === null && proof !== passphrase) throw new CommandError({ code: "invalid-input", message: "a new passphrase is needed, because the present one was not typed", retryable: false, details: null });
        next = { passphrase: given ?? passphrase, waits: true };
        return { code: FAKE_NEW_RECOVERY_CODE, groups: ASKED };
      }, latency.other * 80),
    vaultConfirmRotation: (groups) =>
      command("vaultConfirmRotation", [groups], () => {
        if (next === null) throw new CommandError({ code: "not-found", message: "no new master key waits to be confirmed: start again; everything is as it was", retryable: false, details: null });
        const said = FAKE_NEW_RECOVERY_CODE.split("-");
        if (ASKED.some((number, index) => groups[index]?.trim().toUpperCase() !== said[number - 1])) throw wrong();
        next.waits = false;
        return backups.start("rotation");
      }),
    vaultResumeRotation: () => command("vaultResumeRotation", [], () => (next === null || next.waits ? null : backups.start("rotation"))),
    vaultCancelRotation: () =>
      command("vaultCancelRotation", [], () => {
        next = null;
        backups.cancel();
      }),

    search: (request) => command("search", [request], () => fakeSearch(request, now(), state.meaning), request.mode === "words" ? latency.words : latency.hybrid),
    previewPage: (request) => command("previewPage", [request], () => fakePage(documentOf(request.id), request), latency.other * 8),
    preview: (id, query, start) => command("preview", [id, query, start], () => fakePreview(documentOf(id), query, start, now())),
    passages: (id, query) => command("passages", [id, query], () => fakePassages(documentOf(id), query)),
    similar: (request) => command("similar", [request], () => fakeSimilar(request, now())),
    complete: (query, cursor) => command("complete", [query, cursor], () => fakeComplete(query, cursor, personal.entries)),
    noteSearch: (request) => command("noteSearch", [request], () => { personal.note(request, now()); }),
    history: (prefix, limit) => command("history", [prefix, limit], () => personal.list(prefix, limit)),
    forgetHistory: (query) => command("forgetHistory", [query], () => { personal.forget(query); }),
    insights: () => command("insights", [], () => personal.insights()),
    clearInsights: () => command("clearInsights", [], () => { personal.forget(null); }),
    savedSearches: () => command("savedSearches", [], () => [...personal.saved]),
    saveSearch: (request) => command("saveSearch", [request], () => personal.put(request, now())),
    removeSavedSearch: (id) => command("removeSavedSearch", [id], () => { personal.remove(id); }),
    savedSearchSeen: (id) => command("savedSearchSeen", [id], () => { personal.seen(id); }),
    programs: () => command("programs", [], () => [...PROGRAMS]),
    launchProgram: (id) => command("launchProgram", [id], () => undefined),
    programsFor: (id) => command("programsFor", [id], () => (documentOf(id), PROGRAMS.slice(0, 2))),
    openWith: (id, program) => command("openWith", [id, program], () => void documentOf(id)),
    copyAll: (id) => command("copyAll", [id], () => void documentOf(id)),
    share: (id) => command("share", [id], () => void documentOf(id)),
    recent: () =>
      command("recent", [], () =>
        state.sources.length === 0
          ? []
          : [...CORPUS]
              .sort((a, b) => a.daysAgo - b.daysAgo)
              .slice(0, 12)
              .map((document, index) => hitOf(document, [], index + 1, now(), null)),
      ),
    open: (id) => command("open", [id], () => void documentOf(id)),
    reveal: (id) => command("reveal", [id], () => void documentOf(id)),
    copyPath: (id) => command("copyPath", [id], () => void documentOf(id)),
    copyText: (text) => command("copyText", [text], () => undefined),

    sources: () => command("sources", [], () => state.listSources()),
    addSource: (path) =>
      command("addSource", [path], () => {
        if (!/^[~/]/.test(path)) throw new CommandError({ code: "invalid-input", message: `${path} is not a full path: begin with / or ~`, retryable: false, details: null });
        if (path.includes("secret")) throw new CommandError({ code: "folder-unreadable", message: `${path} cannot be read: permission denied. Allow reading it, then add it again`, retryable: false, details: null });
        const source = state.sourceOf(String(state.sources.length + 1), path.replace(/^~/, "/home/ada"), "scanning");
        state.sources.push(source);
        emit("sourcesChanged", null);
        return source;
      }),
    pickFolder: () => command("pickFolder", [], () => "/home/ada/Documents", latency.other, false),
    removeSource: (id) =>
      command("removeSource", [id], () => {
        state.sources = state.sources.filter((source) => source.id !== id);
        emit("sourcesChanged", null);
      }),
    rescanSource: (id) => command("rescanSource", [id], () => undefined),
    forgetVanished: (id) =>
      command("forgetVanished", [id], () => {
        state.vanished.delete(id);
        emit("sourcesChanged", null);
      }),
    indexNow: (id) =>
      command("indexNow", [id], () => {
        state.first.add(id);
        emit("sourcesChanged", null);
      }),
    files: (request) => command("files", [request], () => state.listFiles(request)),
    explainFile: (path) => command("explainFile", [path], () => state.explain(path)),
    retryFiles: (request) =>
      command("retryFiles", [request], () => {
        const count = state.retry(request.source, request.states, request.id);
        emit("jobsChanged", null);
        return count;
      }),

    activity: () => command("activity", [], () => state.activity()),
    pause: () =>
      command("pause", [], () => {
        state.paused = true;
        emit("jobsChanged", null);
      }),
    resume: () =>
      command("resume", [], () => {
        state.paused = false;
        emit("jobsChanged", null);
      }),
    cancelJob: (id) =>
      command("cancelJob", [id], () => {
        state.jobs = state.jobs.map((job) => (job.id === id ? { ...job, state: "cancelled", finishedAt: now() } : job));
        emit("jobsChanged", null);
      }),
    goOn: () =>
      command("goOn", [], () => {
        state.governor = { ...state.governor, state: "free", reason: null, threads: 4, rests: false, anyway: true };
        emit("indexProgressed", state.status());
      }),
    status: () => command("status", [], () => state.status()),

    auditLog: (request) => command("auditLog", [request], () => listLog(state.log, request)),
    verifyAuditLog: () => command("verifyAuditLog", [], () => verifyLog(state.log)),
    exportAuditLog: () => command("exportAuditLog", [], () => ({ path: "/home/ada/atom-activity-log.jsonl", entries: state.log.length })),

    connections: () => command("connections", [], () => ({ total: state.connections.length, connections: state.connections })),

    clients: () => command("clients", [], () => clients.list()),
    addClient: (request) => command("addClient", [request], () => clients.add(request, now())),
    removeClient: (id) => command("removeClient", [id], () => { clients.remove(id); }),

    models: () => command("models", [], () => state.models),
    takeModel: (id) => command("takeModel", [id], () => (state.models = taken(state.models, id))),
    cancelModel: () => command("cancelModel", [], () => (state.models = givenUp(state.models))),
    importModel: (path, id) => command("importModel", [path, id], () => (state.models = imported(state.models, id ?? path.slice(path.lastIndexOf("/") + 1).toLowerCase()))),
    downloadModel: (id, metered) => command("downloadModel", [id, metered], () => (state.models = fetching(state.models, id))),
    cancelModelDownload: () => command("cancelModelDownload", [], () => (state.models = fetchEnded(state.models, "cancelled"))),
    removeModel: (id) => command("removeModel", [id], () => (state.models = { ...state.models, models: state.models.models.filter((one) => one.id !== id) })),

    settings: () => command("settings", [], () => ({ ...state.settings })),
    saveSettings: (settings) =>
      command("saveSettings", [settings], () => {
        if (settings.hotkey === "Alt+Tab") throw new CommandError({ code: "invalid-input", message: "Alt+Tab is taken by the desktop. Choose other keys", retryable: false, details: null });
        state.settings = { ...settings };
        emit("settingsChanged", { ...settings });
        return { ...settings };
      }),

    backupState: () => command("backupState", [], () => backups.state()),
    backupList: (folder) => command("backupList", [folder], () => backups.list(folder)),
    startBackup: (request) =>
      command("startBackup", [request], () => {
        emit("jobsChanged", null);
        return backups.start("backup");
      }),
    checkBackup: (folder) => command("checkBackup", [folder], () => backups.start("check")),
    cancelBackup: () => command("cancelBackup", [], () => { backups.cancel(); }),

    restoreList: (folder, secret) =>
      command(
        "restoreList",
        [folder, secret],
        () => {
          if (!folder.startsWith("/")) throw new CommandError({ code: "invalid-input", message: `the folder ${folder} has to be an absolute path`, retryable: false, details: null });
          if (secret !== passphrase && secret !== recoveryCode) throw wrong();
          return restores.list(folder);
        },
        latency.other * 40,
        false,
      ),
    startRestore: (folder, snapshot, secret) =>
      command(
        "startRestore",
        [folder, snapshot, secret],
        () => {
          restores.previous = vault.state === "absent" ? null : `${vault.dataDir}.before-restore`;
          const run = restores.start(snapshot);
          if (vault.state === "open") setVault("locked");
          return run;
        },
        latency.other * 40,
        false,
      ),
    restoreState: () =>
      command(
        "restoreState",
        [],
        () => {
          if (restores.step()) setVault("open");
          return restores.run;
        },
        latency.other,
        false,
      ),
    cancelRestore: () => command("cancelRestore", [], () => { restores.cancel(); }, latency.other, false),

    startExport: (folder) => command("startExport", [folder], () => backups.startExport(folder)),
    importFrom: (folder) =>
      command("importFrom", [folder], () => ({ added: ["/home/ada/Documents"], skipped: ["/media/ada/Photo disk: it is not there"], settings: true })),

    hideQuick: () => command("hideQuick", [], () => undefined, 0, false),
    openMain: (route) => command("openMain", [route], () => undefined, 0, false),
    forgetPage: () => {
      calls.push({ name: "forgetPage", arguments: [] });
      const stays = whatStays(window.location.hash);
      window.history.replaceState(null, "", `${window.location.pathname}${window.location.search}${stays === "" ? "#/search" : stays}`);
    },

    on: (name, handler) => {
      const all = handlers.get(name) ?? new Set<Handler>();
      all.add(handler as Handler);
      handlers.set(name, all);
      return () => {
        all.delete(handler as Handler);
      };
    },
  };
}
