import { expect, it } from "vitest";
import { entriesLike, REFERENCE } from "./reference";

const all = REFERENCE.flatMap(({ entries }) => entries.map(({ example, also = "" }) => `${example} ${also}`)).join(" ");

it.each([
  ..."type: kind: ext: mime: in: source: path: dir: folder: name: title: subject: filename: from: author: to: after: before: on: date: newer_than: older_than: size: larger: smaller: has: is: label: tag: lang: near: regex:".split(" "),
  ..."is:folder is:file is:archived is:failed is:duplicate has:attachment has:link has:image has:text has:title has:author".split(" "),
  ..."today yesterday thisweek lastmonth OR | ( ) * ? = ~ -".split(" "),
])("explains %s", (operator) => {
  expect(all).toContain(operator);
});

it("gives no example twice", () => {
  const examples = REFERENCE.flatMap(({ entries }) => entries.map((entry) => entry.example));
  expect(new Set(examples).size).toBe(examples.length);
});

it("finds operators by their example, meaning, other names and group", () => {
  const found = (text: string) => entriesLike(text).flatMap(({ entries }) => entries.map((entry) => entry.example));
  expect(found("sender")).toEqual(["from:brandt"]);
  expect(found("LARGER")).toEqual(["size:>1mb"]);
  expect(found("how big")).toHaveLength(3);
  expect(found("nonsense")).toEqual([]);
  expect(found("")).toEqual(found(" "));
});
