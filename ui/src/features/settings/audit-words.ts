// The activity log in sentences. Names of actions, actors and subjects come from the core and never change; what is new shows its name.

import type { AuditEntryView } from "../../platform";
import { countOf, formatCount } from "../../text/format";
import { visibleLine } from "../../text/visible";

const WAYS: Readonly<Record<string, string>> = { passphrase: "the passphrase", recovery: "the recovery code", keychain: "this computer’s keychain" };
const INDEXES: Readonly<Record<string, string>> = { words: "The word index", meaning: "The meaning index" };
const SETTINGS: Readonly<Record<string, string>> = {
  hotkey: "quick search shortcut",
  theme: "theme",
  ignoreRules: "ignore rules",
  indexBudget: "what indexing may use",
  notifyWhenDone: "notifications",
  lockAfterMinutes: "lock by itself",
  airGap: "air gap",
  backup: "where and when backups are made",
  batteryFloor: "holding back on battery",
  waitForPerson: "waiting while you use the computer",
  followHeat: "holding back when it is warm",
  ocr: "text in pictures",
  embeddingModel: "the model of search by meaning",
  installedModels: "which models are here",
};
const EXPORTS: Readonly<Record<string, string>> = { vault: "folders, settings and texts", "activity log": "the activity log" };
const ACTORS: Readonly<Record<string, string>> = { app: "In the app", cli: "Command line", system: "Atom itself", connector: "A connector", program: "Another program" };

/** Which actions a filter stands for, by its name in the address. */
export const AUDIT_KINDS: readonly { name: string; label: string; actions: readonly string[] }[] = [
  { name: "opening", label: "Opening and locking", actions: ["vault-made", "vault-unlocked", "vault-locked", "unlock-refused", "unlock-record-damaged", "slot-changed", "key-rotated"] },
  { name: "refused", label: "Refused attempts", actions: ["unlock-refused", "unlock-record-damaged"] },
  { name: "folders", label: "Folders", actions: ["source-added", "source-removed"] },
  { name: "settings", label: "Settings", actions: ["setting-changed"] },
  { name: "out", label: "What left Atom", actions: ["exported", "backed-up", "program-answered"] },
  { name: "programs", label: "Other programs", actions: ["client-added", "client-removed", "program-answered", "program-refused"] },
  { name: "data", label: "Indexes and data", actions: ["index-rebuilt", "restored", "rollback-accepted", "entries-missed", "log-sealed"] },
];

export function actorOf(entry: AuditEntryView): string {
  return ACTORS[entry.actor] ?? entry.actor;
}

/** Whether a person should look twice. */
export function isAlarming(entry: AuditEntryView): boolean {
  return ["unlock-refused", "unlock-record-damaged", "rollback-accepted", "entries-missed", "program-refused"].includes(entry.action);
}

function often(times: number): string {
  return times > 1 ? `, ${formatCount(times)} times` : "";
}

export function auditSentence({ action, subject, times }: AuditEntryView): string {
  const name = visibleLine(subject);
  const way = WAYS[subject] ?? name;
  switch (action) {
    case "vault-made":
      return "The vault was made";
    case "vault-unlocked":
      return `The vault was opened with ${way}`;
    case "vault-locked":
      if (subject === "idle") return "The vault locked itself after an idle time";
      return subject === "quit" ? "Atom was quit, which locked the vault" : "The vault was locked";
    case "unlock-refused":
      if (subject === "") return `${countOf(times, "more attempt", "more attempts")} to open the vault ${times === 1 ? "was" : "were"} refused`;
      return `An attempt to open the vault with ${way} was refused${often(times)}`;
    case "unlock-record-damaged":
      return "The record of refused attempts was damaged: some may be missing here";
    case "slot-changed":
      return `A way to open the vault was changed: ${way}`;
    case "key-rotated":
      return "The vault got another master key, and everything in it was encrypted again";
    case "exported":
      return `Saved outside the vault, not encrypted: ${EXPORTS[subject] ?? name}`;
    case "backed-up":
      return subject === "" ? "A backup was made" : `A backup was made: ${name}`;
    case "restored":
      return subject === "" ? "A backup was restored" : `A backup was restored: ${name}`;
    case "source-added":
      return `Folder added: ${name}`;
    case "source-removed":
      return `Folder removed: ${name}`;
    case "setting-changed":
      return `Setting changed: ${SETTINGS[subject] ?? name}`;
    case "program-answered":
      return `Another program was answered${often(times)}: ${name}`;
    case "program-refused":
      return `A program was refused that showed no token that counts${often(times)}`;
    case "client-added":
      return `A program may ask now: ${name}`;
    case "client-removed":
      return `A program may ask no longer: ${name}`;
    case "index-rebuilt":
      return `${INDEXES[subject] ?? name} was thrown away and is built again from the vault`;
    case "rollback-accepted":
      return "An older state of the data was accepted";
    case "entries-missed":
      return `${countOf(times, "entry is", "entries are")} missing here: the log could not be written, mostly because the disk was full`;
    case "log-sealed":
      return `${countOf(times, "older entry", "older entries")} gave way to this checkpoint`;
    default:
      return name === "" ? action : `${action}: ${name}`;
  }
}
