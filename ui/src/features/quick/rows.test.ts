import { expect, it } from "vitest";
import type { HistoryEntryView, HitView, ProgramView, SavedSearchView } from "../../platform";
import { answerRow, namedRows, placeRows, restSections } from "./rows";

const program = (name: string, keywords: string[] = []): ProgramView => ({ id: name.toLowerCase(), name, detail: "", keywords, isDefault: false });
const PROGRAMS = [program("Text Editor", ["notepad"]), program("Terminal"), program("Firefox", ["web"]), program("Settings"), program("Thunderbird"), program("Thunar")];
const hits = (ids: string) => [...ids].map((id) => ({ id }) as HitView);
const names = (query: string, isPaused = false) => namedRows(query, PROGRAMS, isPaused).map((row) => row.id);
const placed = (query: string, found: string) => placeRows(answerRow(query), namedRows(query, PROGRAMS, false), hits(found)).map((row) => row.id);

it.each([
  ["te", ["program:terminal", "program:text editor"]],
  ["editor", ["program:text editor"]],
  ["notep", ["program:text editor"]],
  ["firefix", ["program:firefox"]],
  ["settings", ["command:settings", "program:settings"]],
  ["preferences", ["command:settings"]],
  ["dark mode", ["command:theme"]],
  ["back up", ["command:backups"]],
  ["th", ["command:theme", "program:thunar", "program:thunderbird"]],
  ["lease", []],
  ["t", []],
  ["name:te", []],
  ["\"te\"", []],
])("%j names %j", (query, expected) => {
  expect(names(query)).toEqual(expected);
});

it("offers to pause or to resume, as it stands", () => {
  expect([names("pause"), names("resume"), names("pause", true), names("resume", true)]).toEqual([["command:pause"], [], [], ["command:resume"]]);
});

it.each([
  ["puts what is called so first", "firefox", "abcde", ["program:firefox", "a", "b", "c", "d", "e"]],
  ["puts what begins so first", "fire", "abcde", ["program:firefox", "a", "b", "c", "d", "e"]],
  ["puts a fair match below the first files", "editor", "abcde", ["a", "b", "c", "program:text editor", "d", "e"]],
  ["puts a fair match below few files", "editor", "a", ["a", "program:text editor"]],
  ["puts a sum first", "2+2", "ab", ["answer", "a", "b"]],
  ["lists files alone for a search", "lease", "abc", ["a", "b", "c"]],
])("%s", (_, query, found, expected) => {
  expect(placed(query, found)).toEqual(expected);
});

it("leaves room for files above many that begin so", () => {
  const many = ["Set a", "Set b", "Set c", "Set d", "Set e"].map((name) => program(name));
  const rows = placeRows(null, namedRows("set", many, false), hits("ab"));
  expect(rows.slice(0, 3).every((row) => row.kind !== "hit")).toBe(true);
  expect(rows.slice(3, 5).map((row) => row.id)).toEqual(["a", "b"]);
});

const saved = (id: string, query: string, fresh = 0): SavedSearchView => ({ id, name: id, query, notify: false, fresh, at: 0 });
const past = (query: string): HistoryEntryView => ({ query, at: 0, count: 1, total: 1 });
const rest = (recent: string, kept: SavedSearchView[], history: HistoryEntryView[]) => restSections(hits(recent), kept, history).map(({ title, rows }) => [title, rows.map((row) => row.id)]);

it("shows all recent files while nothing else is remembered", () => {
  expect(rest("abcdefg", [], [])).toEqual([["Recent files", [..."abcdefg"]]]);
});

it("shows few of each, searches with new matches first, and none twice", () => {
  expect(rest("abcdefg", [saved("x", "lease"), saved("y", "rent", 2)], [past("lease"), past("budget")])).toEqual([
    ["Recent files", [..."abcde"]],
    ["Saved searches", ["saved:y", "saved:x"]],
    ["Past searches", ["past:budget"]],
  ]);
});
