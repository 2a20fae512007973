import { expect, it } from "vitest";
import { narrowed } from "../data/completions";
import type { CompletionView } from "../platform";
import { ghostOf, mayComplete, taken, unasked } from "./completions";

function one(kind: string, start: number, end: number, insert: string): CompletionView {
  return { kind, label: insert, detail: "", start, end, insert };
}

it("shows unasked what a value may be, and names from two letters on", () => {
  const value = one("value", 0, 5, "type:pdf ");
  expect(unasked([value], "type:")).toEqual([value]);
  expect(unasked([one("operator", 0, 1, "type:")], "t")).toEqual([]);
  expect(unasked([one("operator", 0, 2, "-type:")], "-t")).toEqual([]);
  expect(unasked([one("operator", 0, 2, "type:")], "ty")).toHaveLength(1);
});

it("shows three past searches at most, and none for a single letter", () => {
  const past = ["lease", "lease rent", "lease type:pdf", "lease home"].map((query) => one("history", 0, 2, query));
  expect(unasked(past, "le")).toHaveLength(3);
  expect(unasked(past, "l")).toEqual([]);
});

it.each([
  ["ty", true],
  ["lease type:", true],
  ["t", false],
  ["lease ", false],
  ["", false],
])("waits for a completion of %j: %s", (text, expected) => {
  expect(mayComplete(text)).toBe(expected);
});

it.each([
  ["ty", 2, one("operator", 0, 2, "type:"), "pe:"],
  ["type:pd", 7, one("value", 0, 7, "type:pdf "), "f"],
  ["ty", 1, one("operator", 0, 1, "type:"), null],
  ["TY", 2, one("operator", 0, 2, "type:"), null],
  ["type:pdf", 8, one("value", 0, 8, "type:pdf "), null],
  ["ty", 2, undefined, null],
])("continues %j at %d inline by %j", (query, cursor, completion, expected) => {
  expect(ghostOf(completion, query, cursor)).toBe(expected);
});

it("takes a completion in the middle of a query, and says where the cursor goes", () => {
  expect(taken(one("operator", 6, 8, "type:"), "lease ty rent")).toEqual({ query: "lease type: rent", cursor: 11 });
});

it("narrows an earlier answer to what was typed since, and shows it for nothing else", () => {
  const answer = { query: "lease t", cursor: 7, list: [one("operator", 6, 7, "type:"), one("operator", 6, 7, "to:")] };
  expect(narrowed(answer, "lease t", 7)).toEqual(answer.list);
  expect(narrowed(answer, "lease ty", 8)).toEqual([one("operator", 6, 8, "type:")]);
  expect(narrowed(answer, "lease t ", 8)).toEqual([]);
  expect(narrowed(answer, "lease ", 6)).toEqual([]);
  expect(narrowed(answer, "other ty", 8)).toEqual([]);
});
