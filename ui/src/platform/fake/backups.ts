// Backups that are never written: a task moves a quarter every time it is asked how far it is.

import type { BackupListView, BackupRunView, BackupSettings, BackupStateView, SnapshotView } from "../index";

const IDLE: BackupRunView = { run: 0, task: "", state: "idle", phase: "", done: 0, total: 0, etaSeconds: null, backup: null, check: null, export: null, rotation: null, restore: null, error: null };
const TOTAL = 400_000_000;

export class FakeBackups {
  snapshots: SnapshotView[] = [];
  run: BackupRunView = IDLE;
  /** The disk is not plugged in. */
  absent = false;
  /** The next check finds these. */
  damage: string[] = [];
  lastError: string | null = null;
  private exportTo = "";

  constructor(
    private readonly now: () => number,
    private readonly settings: () => BackupSettings,
  ) {}

  /** What happens at the end of a change of the master key, and what it says. */
  rotated: () => void = () => undefined;
  rotationWarnings: string[] = [];

  start(task: "backup" | "check" | "rotation"): BackupRunView {
    const phase = task === "check" ? "verifying" : task === "rotation" ? "sealing" : "writing";
    this.run = { ...IDLE, run: this.run.run + 1, task, state: "running", phase, total: TOTAL };
    return this.run;
  }

  cancel(): void {
    if (this.run.state === "running") this.run = { ...this.run, state: "cancelled", etaSeconds: null };
  }

  state(): BackupStateView {
    if (this.run.state === "running") this.step();
    const { folder, everyHours } = this.settings();
    const lastAt = this.snapshots[0]?.madeAt ?? null;
    return {
      run: this.run,
      folderState: folder === null ? "unset" : this.absent ? "absent" : this.snapshots.length > 0 ? "ready" : "empty",
      lastAt,
      nextAt: folder === null || everyHours === null ? null : (lastAt ?? this.now()) + everyHours * 3_600_000,
      lastError: this.lastError,
    };
  }

  list(folder: string): BackupListView {
    return { folder, snapshots: this.snapshots, bytes: this.snapshots.reduce((sum, one) => sum + one.addedBytes, 0), damage: [] };
  }

  startExport(folder: string): BackupRunView {
    this.exportTo = folder;
    this.run = { ...IDLE, run: this.run.run + 1, task: "export", state: "running", phase: "writing", total: TOTAL };
    return this.run;
  }

  private step(): void {
    const done = this.run.done + TOTAL / 4;
    if (done < TOTAL) {
      this.run = { ...this.run, done, etaSeconds: (TOTAL - done) / 50_000_000 };
      return;
    }
    this.run = { ...this.run, state: "done", done: TOTAL, etaSeconds: null };
    if (this.run.task === "rotation") {
      this.run.rotation = { warnings: this.rotationWarnings };
      this.rotated();
      return;
    }
    if (this.run.task === "check") {
      this.run.check = { ok: this.damage.length === 0, snapshots: this.snapshots.length, chunks: 412, bytes: TOTAL, damage: this.damage, lostSnapshots: [] };
      return;
    }
    if (this.run.task === "export") {
      this.run.export = { folder: this.exportTo, items: 12_526, texts: 9_804 };
      return;
    }
    const madeAt = this.now();
    const snapshot: SnapshotView = { id: `20261121-0911${String(this.snapshots.length).padStart(2, "0")}-1a2b3c4d`, madeAt, items: 12_526, passages: 49_600, sources: 3, bytes: TOTAL, addedBytes: this.snapshots.length === 0 ? TOTAL : 1_200_000, indexes: this.settings().indexes, appVersion: "0.1.0" };
    this.snapshots = [snapshot, ...this.snapshots];
    this.run.backup = { snapshot, mendedChunks: 0, removedSnapshots: [], freedBytes: 0, warnings: [] };
  }
}
