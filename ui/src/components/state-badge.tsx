interface Look {
  label: string;
  look: "" | "good" | "warn" | "bad" | "busy";
}

const FILE_STATES: Readonly<Record<string, Look>> = {
  pending: { label: "Waiting", look: "busy" },
  indexed: { label: "Indexed", look: "good" },
  empty: { label: "No text in it", look: "" },
  "name-only": { label: "Name only", look: "" },
  encrypted: { label: "Encrypted", look: "warn" },
  "too-large": { label: "Too large", look: "warn" },
  unsupported: { label: "Unsupported", look: "" },
  "timed-out": { label: "Timed out", look: "bad" },
  crashed: { label: "Reader crashed", look: "bad" },
  unreadable: { label: "Unreadable", look: "bad" },
};

const SOURCE_STATES: Readonly<Record<string, Look>> = {
  scanning: { label: "Scanning", look: "busy" },
  indexing: { label: "Indexing", look: "busy" },
  ready: { label: "Ready", look: "good" },
  paused: { label: "Paused", look: "warn" },
  missing: { label: "Not there", look: "bad" },
  removing: { label: "Removing", look: "busy" },
};

const JOB_STATES: Readonly<Record<string, Look>> = {
  queued: { label: "Waiting", look: "" },
  running: { label: "Running", look: "busy" },
  paused: { label: "Paused", look: "warn" },
  done: { label: "Done", look: "good" },
  failed: { label: "Failed", look: "bad" },
  cancelled: { label: "Cancelled", look: "" },
};

const TABLES = { file: FILE_STATES, source: SOURCE_STATES, job: JOB_STATES };

/** File states in the order of the filter. */
export const FILE_STATE_NAMES: readonly string[] = Object.keys(FILE_STATES);
/** States that a retry may mend. */
export const RETRYABLE_STATES: readonly string[] = ["encrypted", "too-large", "unsupported", "timed-out", "crashed", "unreadable"];

export function stateLabel(of: keyof typeof TABLES, state: string): string {
  return TABLES[of][state]?.label ?? state;
}

export function StateBadge({ of, state }: { of: keyof typeof TABLES; state: string }) {
  return <span className={`badge ${TABLES[of][state]?.look ?? ""}`}>{stateLabel(of, state)}</span>;
}
