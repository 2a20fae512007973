// Restores that replace nothing: as a backup, they move a quarter every time they are asked how far they are.

import type { BackupListView, BackupRunView, SnapshotView } from "../index";

const IDLE: BackupRunView = { run: 0, task: "", state: "idle", phase: "", done: 0, total: 0, etaSeconds: null, backup: null, check: null, export: null, rotation: null, restore: null, error: null };
const TOTAL = 400_000_000;
const DAY = 86_400_000;

export class FakeRestores {
  readonly snapshots: readonly SnapshotView[];
  run: BackupRunView = IDLE;
  /** Where the data lies that was there before, at the next end. */
  previous: string | null = null;
  /** Stands still at this share until it is cancelled. */
  holdAt: number | null = null;
  /** The next restore fails in the end. */
  failure: string | null = null;
  private chosen = "";

  constructor(now: number) {
    this.snapshots = [1, 2, 9].map((days, index) => ({
      id: `20261120-09110${index}-1a2b3c4d`,
      madeAt: now - days * DAY,
      items: 12_526 - index * 1_000,
      passages: 49_600,
      sources: 3,
      bytes: TOTAL,
      addedBytes: 1_200_000,
      indexes: index < 2,
      appVersion: "0.1.0",
    }));
  }

  list(folder: string): BackupListView {
    return { folder, snapshots: [...this.snapshots], bytes: TOTAL, damage: [] };
  }

  start(snapshot: string): BackupRunView {
    this.chosen = snapshot;
    this.run = { ...IDLE, run: this.run.run + 1, task: "restore", state: "running", phase: "restoring", total: TOTAL };
    return this.run;
  }

  cancel(): void {
    if (this.run.state === "running") this.run = { ...this.run, state: "cancelled", etaSeconds: null };
  }

  /** How far it is; true once, when it is through. */
  step(): boolean {
    if (this.run.state !== "running") return false;
    const done = this.run.done + TOTAL / 4;
    if (this.holdAt !== null && done > TOTAL * this.holdAt) return false;
    if (done < TOTAL) {
      this.run = { ...this.run, done, etaSeconds: (TOTAL - done) / 50_000_000 };
      return false;
    }
    if (this.failure !== null) {
      this.run = { ...this.run, state: "failed", etaSeconds: null, error: { code: "data-damaged", message: this.failure, retryable: false, details: null } };
      return false;
    }
    const snapshot = this.snapshots.find((one) => one.id === this.chosen);
    this.run = { ...this.run, state: "done", done: TOTAL, etaSeconds: null, restore: snapshot ? { snapshot, previous: this.previous, warnings: [] } : null };
    return true;
  }
}
