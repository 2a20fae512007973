import { expect, it } from "vitest";
import type { HitView } from "../platform";
import { mergeHits } from "./merge";

const hit = (id: string) => ({ id }) as HitView;
const list = (ids: string) => [...ids].map(hit);
const ids = (hits: readonly HitView[]) => hits.map((one) => one.id).join("");

it.each([
  ["takes the new order when nothing is pinned", "abc", "cba", null, "cba"],
  ["keeps the pinned row in its place", "abc", "cxba", "b", "cbxa"],
  ["keeps the first row first", "abc", "bca", "a", "abc"],
  ["keeps a pinned row that the new answer lacks", "abc", "xy", "b", "xby"],
  ["keeps a pinned row at the end of a shorter answer", "abc", "x", "c", "xc"],
  ["ignores a pinned row that was not shown", "abc", "cab", "z", "cab"],
])("%s", (_, shown, next, pinned, expected) => {
  expect(ids(mergeHits(list(shown), list(next), pinned))).toBe(expected);
});

it("shows the newer facts of the pinned row", () => {
  const older = { ...hit("a"), title: "old" };
  const newer = { ...hit("a"), title: "new" };
  expect(mergeHits([older], [hit("b"), newer], "a")[0]?.title).toBe("new");
});
