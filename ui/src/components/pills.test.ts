import { expect, it } from "vitest";
import type { Chip } from "../platform";
import { exactly, hasOperator, joinQuery, takePills, textBehind, withOperator, withoutOperator } from "./pills";

/** Chips as the core reports them: every `word:value` outside quotes. */
function chipsOf(query: string): Chip[] {
  return [...query.matchAll(/([a-z]+):("[^"]*"|\/(?:\\.|[^\\/])*\/|\S+)/g)].map((match) => ({ text: match[0], start: match.index, end: match.index + match[0].length, operator: match[1] ?? "", value: match[2] ?? "" }));
}

it.each([
  ["an operator that is finished by a space", "type:pdf lease", [], false, ["type:pdf"], "lease"],
  ["a negated operator with its sign", "-type:pdf lease", [], false, ["-type:pdf"], "lease"],
  ["operators in the middle", "lease type:pdf rent", [], false, ["type:pdf"], "lease rent"],
  ["behind earlier pills", "in:mail type:pdf x", ["in:mail"], false, ["in:mail", "type:pdf"], "x"],
  ["quoted values", 'path:"a b" x', [], false, ['path:"a b"'], "x"],
  ["what stands beside brackets", "type:pdf (lease OR rent)", [], false, ["type:pdf"], "(lease OR rent)"],
  ["a pattern with signs of its own", "regex:/(a|b) c/ x", [], false, ["regex:/(a|b) c/"], "x"],
  ["a pattern with a slash of its own", "regex:/a\\/b c/ x", [], false, ["regex:/a\\/b c/"], "x"],
  ["operators beside a phrase with signs", 'has:link "this OR (that" x', [], false, ["has:link"], '"this OR (that" x'],
  ["each of the operators that people know", "has:attachment is:folder -label:draft x", [], false, ["has:attachment", "is:folder", "-label:draft"], "x"],
  ["the last operator of a query that nobody is typing", "lease type:pdf", [], true, ["type:pdf"], "lease "],
])("takes %s", (_, query, pills, whole, expectedPills, expectedText) => {
  expect(takePills(query, pills, chipsOf(query), whole)).toEqual({ pills: expectedPills, text: expectedText });
});

it.each([
  ["an operator that is still being typed", "lease type:pd"],
  ["operators in alternatives", "type:pdf OR type:md x"],
  ["operators in brackets", "(type:pdf x) y"],
  ["operators beside a bracket without its other", "type:pdf x) y"],
  ["words", "lease and rent "],
])("leaves %s", (_, query) => {
  expect(takePills(query, [], chipsOf(query), false)).toBeNull();
});

it("splits and joins without loss", () => {
  expect(textBehind(["a:b"], joinQuery(["a:b"], "x  y "))).toBe("x  y ");
  expect(textBehind(["a:b"], "other")).toBeNull();
});

it.each([
  ["", "type:pdf", "type:pdf"],
  ["lease", "type:pdf", "type:pdf lease"],
  ["in:mail lease", "type:pdf", "in:mail type:pdf lease"],
  ["in:mail", "type:pdf", "in:mail type:pdf"],
  ["lease OR rent", "type:pdf", "type:pdf (lease OR rent)"],
  ["(lease OR rent) flat", "type:pdf", "type:pdf (lease OR rent) flat"],
  ["type:pdf lease", "type:pdf", "type:pdf lease"],
  ["~moving out", 'path:"a b"', 'path:"a b" ~moving out'],
  ["regex:/a b/ lease", "type:pdf", "regex:/a b/ type:pdf lease"],
  ["regex:/a\\/b (c|d/ lease", "type:pdf", "regex:/a\\/b (c|d/ type:pdf lease"],
  ["(-regex:/a b/ lease) rent", "type:pdf", "type:pdf (-regex:/a b/ lease) rent"],
  ["in:mail regex:/a b", "type:pdf", "in:mail type:pdf regex:/a b"],
  ["lease", "regex:/a b/", "regex:/a b/ lease"],
])("narrows %j to %s", (query, operator, expected) => {
  expect(withOperator(query, operator)).toBe(expected);
  expect(hasOperator(expected, operator)).toBe(true);
});

it.each([
  ["type:pdf", "type:pdf", ""],
  ["type:pdf lease", "type:pdf", "lease"],
  ['lease path:"a b" rent', 'path:"a b"', "lease rent"],
  ["type:pdf (lease OR rent)", "type:pdf", "lease OR rent"],
  ["type:pdf regex:/a type:pdf\\/ b/ x", "type:pdf", "regex:/a type:pdf\\/ b/ x"],
  ["lease regex:/a b/ rent", "regex:/a b/", "lease rent"],
  ["-type:pdf lease", "type:pdf", "-type:pdf lease"],
  ['"type:pdf" lease', "type:pdf", '"type:pdf" lease'],
])("widens %j by %s again", (query, operator, expected) => {
  expect(withoutOperator(query, operator)).toBe(expected);
});

it.each([
  ["leese agreement", "=leese =agreement"],
  ["leese OR rent AND flat", "=leese OR =rent AND =flat"],
  ["OR gate", "=OR =gate"],
  ["leese NOT rent", "=leese =NOT =rent"],
  ['type:pdf leese "notice of three months" -draft', 'type:pdf =leese "notice of three months" -draft'],
  ["regex:/a b c/ leese", "regex:/a b c/ =leese"],
])("asks for exactly %j", (query, expected) => {
  expect(exactly(query)).toBe(expected);
});
