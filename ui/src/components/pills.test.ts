import { expect, it } from "vitest";
import type { Chip } from "../platform";
import { joinQuery, takePills, textBehind } from "./pills";

/** Chips as the core reports them: every `word:value` outside quotes. */
function chipsOf(query: string): Chip[] {
  return [...query.matchAll(/([a-z]+):("[^"]*"|\S+)/g)].map((match) => ({ text: match[0], start: match.index, end: match.index + match[0].length, operator: match[1] ?? "", value: match[2] ?? "" }));
}

it.each([
  ["an operator that is finished by a space", "type:pdf lease", [], false, ["type:pdf"], "lease"],
  ["a negated operator with its sign", "-type:pdf lease", [], false, ["-type:pdf"], "lease"],
  ["operators in the middle", "lease type:pdf rent", [], false, ["type:pdf"], "lease rent"],
  ["behind earlier pills", "in:mail type:pdf x", ["in:mail"], false, ["in:mail", "type:pdf"], "x"],
  ["quoted values", 'path:"a b" x', [], false, ['path:"a b"'], "x"],
  ["the last operator of a query that nobody is typing", "lease type:pdf", [], true, ["type:pdf"], "lease "],
])("takes %s", (_, query, pills, whole, expectedPills, expectedText) => {
  expect(takePills(query, pills, chipsOf(query), whole)).toEqual({ pills: expectedPills, text: expectedText });
});

it.each([
  ["an operator that is still being typed", "lease type:pd"],
  ["operators in alternatives", "type:pdf OR type:md x"],
  ["operators in brackets", "(type:pdf x) y"],
  ["words", "lease and rent "],
])("leaves %s", (_, query) => {
  expect(takePills(query, [], chipsOf(query), false)).toBeNull();
});

it("splits and joins without loss", () => {
  expect(textBehind(["a:b"], joinQuery(["a:b"], "x  y "))).toBe("x  y ");
  expect(textBehind(["a:b"], "other")).toBeNull();
});
