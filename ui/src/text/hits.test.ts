import { expect, it } from "vitest";
import { bytesOf, cuts, firstHitAfter, hasHits, hitsOf, indexOfByte } from "./hits";

it("counts matches once, in order, whatever is said of them", () => {
  const hits = hitsOf("a boat in a boat", [[12, 16], [2, 6], [3, 5], [6, 6], [90, 99], [14, 999]]);
  expect(hits.ranges).toEqual([[2, 6], [12, 16]]);
});

it("cuts a part of a text where matches begin and end", () => {
  const hits = hitsOf("0123456789", [[2, 4], [6, 8]]);
  expect(cuts(hits, 3, 7)).toEqual([
    { start: 3, end: 4, hit: 0 },
    { start: 4, end: 6, hit: null },
    { start: 6, end: 7, hit: 1 },
  ]);
  expect(cuts(hits, 8, 10)).toEqual([{ start: 8, end: 10, hit: null }]);
  expect(cuts(hits, 4, 4)).toEqual([]);
  expect([firstHitAfter(hits, 0), firstHitAfter(hits, 4), firstHitAfter(hits, 8)]).toEqual([0, 1, 2]);
  expect([hasHits(hits, 0, 2), hasHits(hits, 0, 3), hasHits(hits, 4, 6), hasHits(hits, 7, 9)]).toEqual([false, true, false, true]);
});

it("finds characters by the bytes before them", () => {
  const text = "zwölf 𝄞 Türen";
  for (const part of ["z", "lf", "𝄞", "Türen", "ren"]) {
    const index = text.indexOf(part);
    expect(indexOfByte(text, bytesOf(text.slice(0, index)))).toBe(index);
  }
  expect(indexOfByte(text, 9_999)).toBe(text.length);
});
