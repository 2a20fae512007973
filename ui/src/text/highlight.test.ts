import { expect, it } from "vitest";
import { segments, type Range } from "./highlight";

const cases: [string, Range[], string][] = [
  ["a search here", [[2, 8]], "a [search] here"],
  ["🔎 search", [[3, 9]], "🔎 [search]"],
  ["abc", [], "abc"],
  ["abc", [[0, 3]], "[abc]"],
  ["abcdef", [[4, 6], [0, 2]], "[ab]cd[ef]"],
  ["abcdef", [[0, 4], [2, 6]], "[abcd][ef]"],
  ["abc", [[2, 99]], "ab[c]"],
  ["abc", [[2, 1], [-5, 0], [NaN, 2]], "abc"],
];

it.each(cases)("marks %j at %j", (text, ranges, expected) => {
  expect(
    segments(text, ranges)
      .map((segment) => (segment.hit === null ? segment.text : `[${segment.text}]`))
      .join(""),
  ).toBe(expected);
});

it("numbers the highlights in reading order", () => {
  expect(segments("a b c", [[4, 5], [0, 1]]).map((segment) => segment.hit)).toEqual([0, null, 1]);
});
