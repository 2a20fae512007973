import { describe, expect, it } from "vitest";
import { countOf, formatDuration, formatShare, formatSize, shareDone } from "./format";

describe("shares", () => {
  it.each([
    [0, 0, 1],
    [5, 10, 0.5],
    [9_999, 10_000, 0.99],
    [10, 10, 1],
    [12, 10, 1],
  ])("%d of %d is %d", (done, total, share) => {
    expect(shareDone(done, total)).toBe(share);
  });

  it("never says 100 % before it is done", () => {
    expect(formatShare(999_999, 1_000_000)).toContain("99");
  });
});

it.each([
  [0, /^0/],
  [999, /^999/],
  [1_500, /1[.,]5 kB/],
  [562_600_000, /562[.,]6 MB/],
  [4_900_000_000, /4[.,]9 GB/],
])("writes %d bytes", (bytes, expected) => {
  expect(formatSize(bytes)).toMatch(expected);
});

it.each([
  [0.2, "1 sec"],
  [59, "59 sec"],
  [840, "14 min"],
  [3_900, "1 hr 5 min"],
  [-1, ""],
  [Number.POSITIVE_INFINITY, ""],
])("writes %d seconds as %j", (seconds, expected) => {
  expect(formatDuration(seconds)).toBe(expected);
});

it("counts in words", () => {
  expect([countOf(1, "file", "files"), countOf(2, "file", "files"), countOf(0, "file", "files")]).toEqual(["1 file", "2 files", "0 files"]);
});
