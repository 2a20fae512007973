import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { entriesLike, REFERENCE } from "./reference";

/** What the core proposes while a person types, as its source has it. */
const CATALOGUE = readFileSync(resolve(import.meta.dirname, "../../../../src-tauri/crates/atom-search/src/query/catalogue.rs"), "utf8");

function quotedIn(text = ""): string[] {
  return [...text.matchAll(/"(\w+)"/g)].map((match) => match[1] ?? "");
}

function valuesOf(operator: string): string[] {
  return quotedIn(new RegExp(`"${operator}" => &\\[([^\\]]*)\\]`).exec(CATALOGUE)?.[1]).map((value) => `${operator}:${value}`);
}

const all = REFERENCE.flatMap(({ entries }) => entries.map(({ example, also = "" }) => `${example} ${also}`)).join(" ");

it.each([
  ..."dir: newer: older: language: keyword:".split(" "),
  ..."today yesterday thisweek lastweek thismonth lastmonth thisyear lastyear size:empty OR | ( ) * ? = ~ -".split(" "),
])("explains %s", (operator) => {
  expect(all).toContain(operator);
});

it("explains every operator that the core proposes, and what things can be and have", () => {
  const operators = [...CATALOGUE.matchAll(/^ {4}\("(\w+)", "/gm)].map((match) => `${match[1] ?? ""}:`);
  const values = [...valuesOf("is"), ...valuesOf("has")];
  expect([operators.length > 25, values.length > 15]).toEqual([true, true]);
  expect([...operators, ...values].filter((one) => !all.includes(one))).toEqual([]);
});

it("explains nothing that the core does not know", () => {
  const known = [...valuesOf("is"), ...valuesOf("has")];
  expect([...all.matchAll(/\b(?:is|has):\w+/g)].map((match) => match[0]).filter((one) => !known.includes(one))).toEqual([]);
});

it("gives no example twice", () => {
  const examples = REFERENCE.flatMap(({ entries }) => entries.map((entry) => entry.example));
  expect(new Set(examples).size).toBe(examples.length);
});

it("finds operators by their example, meaning, other names and group", () => {
  const found = (text: string) => entriesLike(text).flatMap(({ entries }) => entries.map((entry) => entry.example));
  expect(found("sender")).toEqual(["from:brandt"]);
  expect(found("LARGER")).toEqual(["size:>1mb"]);
  expect(found("how big")).toHaveLength(4);
  expect(found("nonsense")).toEqual([]);
  expect(found("")).toEqual(found(" "));
});
