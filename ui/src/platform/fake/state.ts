// What the fake core knows: folders, files, jobs, settings, and how far the index is.

import type { ActivityView, AuditEntryView, ConnectionView, FilesExplainResponse, FilesListRequest, FilesListResponse, FileView, GovernorView, JobView, ModelsView, OcrView, Progress, Settings, SlotKind, SourceView, StateCount, StatusView, VanishedView } from "../index";
import { fakeLog } from "./audit";
import { CORPUS } from "./corpus";
import { fakeModels } from "./models";

const EXTRA_FILES = 12_400;
const PENDING_FROM = 11_000;
/** Pictures and scans of a folder. */
const PICTURES = 36;

function extraFile(index: number, now: number): FileView {
  const broken = index % 97 === 0 ? "unreadable" : index % 131 === 0 ? "unsupported" : index % 173 === 0 ? "timed-out" : null;
  const state = broken ?? (index > PENDING_FROM && index % 3 === 0 ? "pending" : index % 7 === 0 ? "name-only" : "indexed");
  const reasons: Readonly<Record<string, string>> = {
    "unreadable": "You may not read this file: permission denied.",
    "unsupported": "Atom does not read this format yet. The name is searchable.",
    "timed-out": "Reading took longer than 60 seconds.",
  };
  const name = `entry-${String(index).padStart(5, "0")}.${["html", "rs", "txt", "png"][index % 4] ?? "txt"}`;
  return {
    id: `f${index}`,
    path: `/home/ada/Library/reference/part-${Math.floor(index / 500)}/${name}`,
    name,
    state,
    stage: state === "indexed" ? (index % 5 === 0 ? "words" : "meaning") : "names",
    mime: "text/plain",
    size: 400 + ((index * 7_919) % 90_000),
    modified: now - index * 3_600_000,
    reason: reasons[state] ?? null,
    ocr: null,
    archive: null,
    members: 0,
  };
}

function progress(done: number, total: number, perSecond: number | null): Progress {
  const left = total - done;
  return { done, total, perSecond: left > 0 ? perSecond : null, etaSeconds: left > 0 && perSecond ? left / perSecond : null };
}

export class FakeState {
  files: FileView[];
  sources: SourceView[] = [];
  /** By source: what is gone in great number. */
  vanished = new Map<string, VanishedView>();
  jobs: JobView[] = [];
  connections: ConnectionView[] = [];
  models: ModelsView = fakeModels();
  /** Oldest first. */
  log: AuditEntryView[];
  paused = false;
  /** What the person should know and act on. */
  message: string | null = null;
  meaning = 0.62;
  governor: GovernorView = { state: "free", reason: null, threads: 2, rests: false, anyway: false };
  /** Folders that go before the others. */
  first = new Set<string>();
  /** Tesseract, as this machine has it. */
  tesseract: { version: string; installed: string[] } | null = { version: "5.3.0", installed: ["deu", "eng", "fra"] };
  settings: Settings = { hotkey: "Alt+Space", theme: "system", ignoreRules: "*.log\nnode_modules/\n", indexBudget: "half", notifyWhenDone: true, lockAfterMinutes: 15, airGap: false, backup: { folder: null, everyHours: 24, indexes: true, keepLast: 3, keepDaily: 7, keepWeekly: 4 }, batteryFloor: 30, waitForPerson: false, followHeat: true, ocr: { enabled: true, languages: [] }, rememberSearches: true };

  /** When each way into the vault was made. */
  slotTimes: Record<SlotKind, number>;

  constructor(
    private readonly now: () => number,
    isIndexed: boolean,
  ) {
    this.slotTimes = { passphrase: now() - 12 * 86_400_000, recovery: now() - 12 * 86_400_000, keychain: now() };
    this.log = isIndexed ? fakeLog(now()) : [];
    this.files = [
      ...CORPUS.map((document) => ({
        id: document.id,
        path: document.path,
        name: document.path.slice(document.path.lastIndexOf("/") + 1),
        state: document.state,
        stage: document.state === "indexed" ? "meaning" : "names",
        mime: document.mime,
        size: document.size,
        modified: now() - document.daysAgo * 86_400_000,
        reason: document.reason,
        ocr: null,
        archive: document.archive,
        members: document.kind === "archive" ? 3 : 0,
      })),
      ...Array.from({ length: EXTRA_FILES }, (_, index) => extraFile(index + 1, now())),
    ];
    if (isIndexed) {
      this.sources = [this.sourceOf("1", "/home/ada/Documents", "ready"), this.sourceOf("2", "/home/ada/Library/reference", "indexing"), this.sourceOf("3", "/media/ada/Photo disk", "missing")];
      this.renewJobs();
    }
  }

  private countsOf(files: readonly FileView[]): StateCount[] {
    const counts = new Map<string, number>();
    for (const file of files) counts.set(file.state, (counts.get(file.state) ?? 0) + 1);
    return [...counts].map(([state, count]) => ({ state, count }));
  }

  private filesOf(id: string): FileView[] {
    if (id === "1") return this.files.slice(0, CORPUS.length);
    return id === "2" ? this.files.slice(CORPUS.length) : [];
  }

  sourceOf(id: string, path: string, state: SourceView["state"]): SourceView {
    const files = this.filesOf(id);
    const waiting = files.filter((file) => file.state === "pending").length;
    const read = files.length - waiting;
    const isBusy = state === "indexing" || state === "scanning";
    return {
      id,
      path,
      state: this.paused && isBusy ? "paused" : state,
      addedAt: this.now() - 9_000_000,
      lastScanAt: this.now() - 240_000,
      files: files.length,
      folders: Math.ceil(files.length / 40),
      members: files.reduce((sum, file) => sum + file.members, 0),
      bytes: files.reduce((sum, file) => sum + file.size, 0),
      counts: this.countsOf(files),
      progress: {
        names: progress(files.length, files.length, null),
        words: progress(isBusy ? read : files.length, files.length, 42),
        meaning: progress(isBusy ? Math.floor(files.length * 4 * this.meaning) : files.length * 4, files.length * 4, 22),
        ocr: this.canRecognise() ? progress(isBusy ? 0 : PICTURES, PICTURES, 1.4) : null,
      },
      message: state === "missing" ? "The folder is not there. Connect the disk, or remove the folder; its index is kept until then." : null,
      vanished: this.vanished.get(id) ?? null,
      goesFirst: this.first.has(id),
    };
  }

  listSources(): SourceView[] {
    return this.sources.map((source) => ({ ...this.sourceOf(source.id, source.path, source.state === "paused" ? "indexing" : source.state), addedAt: source.addedAt }));
  }

  renewJobs(): void {
    const chunks = EXTRA_FILES * 4;
    const waiting = this.files.filter((file) => file.state === "pending").length;
    const job = (id: string, kind: string, title: string, state: string, done: Progress, rest: Partial<JobView> = {}): JobView => ({ id, kind, source: "2", title, state, progress: done, startedAt: this.now() - 600_000, finishedAt: null, error: null, ...rest });
    this.jobs = [
      job("j1", "extract", "Reading files in reference", "running", progress(EXTRA_FILES - waiting, EXTRA_FILES, 42)),
      job("j2", "meaning", "Understanding passages of reference", "running", progress(Math.floor(chunks * this.meaning), chunks, 22)),
      job("j3", "maintain", "Tidying the indexes", "queued", progress(0, 1, null), { startedAt: null }),
      job("j4", "scan", "Comparing Documents with the disk", "done", progress(126, 126, null), { finishedAt: this.now() - 240_000 }),
      job("j5", "scan", "Comparing Photo disk with the disk", "failed", progress(0, 0, null), { finishedAt: this.now() - 1_300_000, error: "/media/ada/Photo disk is not there. Connect the disk, then compare the folder again in Sources." }),
    ];
  }

  activity(): ActivityView {
    return { jobs: this.jobs, paused: this.paused };
  }

  status(): StatusView {
    const sources = this.listSources();
    const sum = (stage: keyof SourceView["progress"], perSecond: number) =>
      progress(
        sources.reduce((total, source) => total + (source.progress[stage]?.done ?? 0), 0),
        sources.reduce((total, source) => total + (source.progress[stage]?.total ?? 0), 0),
        perSecond,
      );
    const items = sources.reduce((total, source) => total + source.files, 0);
    const meaning = sum("meaning", 22);
    return {
      progress: { names: sum("names", 900), words: sum("words", 42), meaning, ocr: this.canRecognise() ? sum("ocr", 1.4) : null },
      paused: this.paused,
      items,
      members: sources.reduce((total, source) => total + source.members, 0),
      chunks: meaning.total,
      vectors: meaning.done,
      counts: this.countsOf(items > 0 ? this.files : []),
      sizes: [
        { name: "vault", bytes: 84_230_144 },
        { name: "keyword", bytes: 31_104_220 },
        { name: "vectors", bytes: 52_880_400 },
      ],
      model: { id: "all-MiniLM-L6-v2, int8", state: "ready", change: this.models.change },
      watching: { folders: items > 0 ? 315 : 0, polled: 0 },
      message: this.message,
      version: "0.1.0",
      governor: this.governor,
      ocr: this.ocr(sources.length * PICTURES),
    };
  }

  private canRecognise(): boolean {
    return this.settings.ocr.enabled && this.tesseract !== null;
  }

  private ocr(waiting: number): OcrView {
    const { enabled, languages } = this.settings.ocr;
    const known = enabled ? this.tesseract : null;
    const state = enabled ? (known === null ? "missing" : "ready") : "off";
    const message = state === "missing" && waiting > 0 ? `The text in ${String(waiting)} pictures and scans is not found yet: install Tesseract (the package tesseract-ocr).` : null;
    return { state, version: known?.version ?? null, languages: languages.length > 0 ? languages : ["eng"], installed: known?.installed ?? [], waiting, message };
  }

  listFiles(request: FilesListRequest): FilesListResponse {
    const query = request.query.toLowerCase();
    const pool = request.source === null ? this.files : this.filesOf(request.source);
    const files = pool.filter((file) => (request.states.length === 0 || request.states.includes(file.state)) && (query === "" || file.path.toLowerCase().includes(query)));
    return { total: files.length, files: files.slice(request.offset, request.offset + request.limit) };
  }

  explain(path: string): FilesExplainResponse {
    const file = this.files.find((one) => one.path === path) ?? null;
    const message = file ? `It is found by its name only. ${file.reason ?? ""}`.trim() : "It is in none of the folders that Atom searches. Add its folder, or one above it.";
    return { path, file, message };
  }

  retry(source: string | null, states: readonly string[], id: string | null): number {
    const pool = source === null ? this.files : this.filesOf(source);
    const hit = pool.filter((file) => (id === null ? states.includes(file.state) : file.id === id));
    for (const file of hit) {
      file.state = "pending";
      file.reason = null;
    }
    return hit.length;
  }
}
