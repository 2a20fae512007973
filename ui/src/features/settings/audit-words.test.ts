import { expect, it } from "vitest";
import type { AuditEntryView } from "../../platform";
import { AUDIT_KINDS, auditSentence } from "./audit-words";

const entry = (action: string, subject = "", times = 1): AuditEntryView => ({ seq: 1, at: 0, actor: "app", action, subject, times });

it.each([
  [entry("vault-unlocked", "recovery"), "The vault was opened with the recovery code"],
  [entry("vault-locked", "idle"), "The vault locked itself after an idle time"],
  [entry("vault-locked", "asked"), "The vault was locked"],
  [entry("unlock-refused", "passphrase"), "An attempt to open the vault with the passphrase was refused"],
  [entry("unlock-refused", "", 30), "30 more attempts to open the vault were refused"],
  [entry("unlock-refused", "", 1), "1 more attempt to open the vault was refused"],
  [entry("setting-changed", "ignoreRules"), "Setting changed: ignore rules"],
  [entry("setting-changed", "backup"), "Setting changed: where and when backups are made"],
  [entry("exported", "vault"), "Saved outside the vault, not encrypted: folders, settings and texts"],
  [entry("exported", "activity log"), "Saved outside the vault, not encrypted: the activity log"],
  [entry("setting-changed", "brandNew"), "Setting changed: brandNew"],
  [entry("index-rebuilt", "words"), "The word index was thrown away and is built again from the vault"],
  [entry("entries-missed", "", 1), "1 entry is missing here: the log could not be written, mostly because the disk was full"],
  [entry("log-sealed", "vault-made=1 setting-changed=1000", 1001), "1,001 older entries gave way to this checkpoint"],
  [entry("client-added", "Claude"), "A program may ask now: Claude"],
  [entry("program-answered", "Claude", 12), "Another program was answered, 12 times: Claude"],
  [entry("program-refused"), "A program was refused that showed no token that counts"],
  [entry("of-a-newer-atom", "x"), "of-a-newer-atom: x"],
])("says %j as a sentence", (given, sentence) => {
  expect(auditSentence(given)).toBe(sentence);
});

it("shows what a name hides", () => {
  expect(auditSentence(entry("source-added", "/home/ada/\u202egpj.exe"))).not.toContain("\u202e");
});

it("has a sentence of its own for every action of a filter", () => {
  const actions = new Set(AUDIT_KINDS.flatMap((kind) => kind.actions));
  expect(actions.size).toBe(21);
  for (const action of actions) expect(auditSentence(entry(action, "x"))).not.toBe(`${action}: x`);
});
