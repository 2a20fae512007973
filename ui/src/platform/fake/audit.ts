// The activity log of the fake core: one of everything, and many of what happens daily.

import type { AuditEntryView, AuditListRequest, AuditListResponse, AuditVerifyResponse } from "../index";

const HOUR = 3_600_000;

type Row = [actor: string, action: string, subject: string, times?: number];

const FIRST: readonly Row[] = [
  ["system", "log-sealed", "setting-changed=180 vault-locked=1900 vault-made=1 vault-unlocked=1919", 4_000],
  ["app", "source-added", "/home/ada/Documents"],
  ["app", "source-added", "/home/ada/Library/reference"],
  ["app", "source-added", "/media/ada/Photo disk"],
  ["app", "source-removed", "/home/ada/\u202egpj.exe"],
  ["app", "setting-changed", "hotkey"],
  ["system", "index-rebuilt", "meaning"],
  ["app", "slot-changed", "passphrase"],
  ["app", "backed-up", "atom-2026-11-01.backup"],
  ["app", "restored", "atom-2026-11-01.backup"],
  ["system", "rollback-accepted", ""],
  ["app", "exported", "activity log"],
  ["program", "program-answered", "editor"],
  ["system", "entries-missed", "", 3],
  ["system", "unlock-record-damaged", ""],
];
const LAST: readonly Row[] = [
  ["app", "unlock-refused", "passphrase"],
  ["cli", "unlock-refused", "recovery"],
  ["system", "unlock-refused", "", 30],
  ["app", "vault-unlocked", "passphrase"],
];
const DAYS = 120;
/** The rows before the first are in the checkpoint. */
const SEALED = 4_000;

/** Oldest first. */
export function fakeLog(now: number): AuditEntryView[] {
  const daily = Array.from({ length: DAYS }, (): Row[] => [
    ["app", "vault-unlocked", "keychain"],
    ["system", "vault-locked", "idle"],
  ]).flat();
  const rows = [...FIRST, ...daily, ...LAST];
  return rows.map(([actor, action, subject, times = 1], index) => ({
    seq: SEALED + index + 1,
    at: now - (rows.length - index) * 6 * HOUR,
    actor,
    action,
    subject,
    times,
  }));
}

export function listLog(log: readonly AuditEntryView[], request: AuditListRequest): AuditListResponse {
  const { actions, since, before } = request;
  const all = log.filter((entry) => (actions.length === 0 || actions.includes(entry.action)) && (since === null || entry.at >= since));
  const rest = all.filter((entry) => before === null || entry.seq < before).reverse();
  return { total: all.length, entries: rest.slice(0, request.limit) };
}

/** Numbers have no gaps in a log that is whole. */
export function verifyLog(log: readonly AuditEntryView[]): AuditVerifyResponse {
  const first = log[0]?.seq ?? 1;
  const gap = log.findIndex((entry, index) => entry.seq !== first + index);
  if (gap < 0) return { ok: true, sound: log.length, sealed: first - 1, broken: null, message: `the activity log is whole: ${log.length} entries verify; ${first - 1} older ones gave way to a checkpoint that counts them` };
  return { ok: false, sound: gap, sealed: first - 1, broken: first + gap, message: `the activity log is broken at entry ${first + gap}: it is missing. The log was damaged, or changed past Atom: compare it with a backup` };
}
