import { expect, it } from "vitest";
import type { HitView, SourceView } from "../../platform";
import { grouped } from "./groups";

function hit(id: string, path: string, source = "1"): HitView {
  return { id, path, source, folder: path.split(/[\\/]/).at(-2) ?? "" } as HitView;
}

const SOURCES = [{ id: "1", path: "/home/ada/Documents/" }, { id: "2", path: "C:\\Mail" }] as SourceView[];
const HITS = [hit("a", "/x/Notes/a.md"), hit("b", "/x/Work/b.md", "2"), hit("c", "/x/Notes/c.md"), hit("d", "/y/Notes/d.md", "9")];

it("leaves the hits as they are without groups", () => {
  expect(grouped(HITS, null, SOURCES)).toEqual({ hits: HITS, groups: [] });
});

it("puts hits of a folder together, in the order of the best ones; a folder is its whole path", () => {
  const { hits, groups } = grouped(HITS, "folder", SOURCES);
  expect(hits.map((one) => one.id)).toEqual(["a", "c", "b", "d"]);
  expect(groups).toEqual([
    { key: "/x/Notes", label: "Notes", detail: "/x/Notes", count: 2 },
    { key: "/x/Work", label: "Work", detail: "/x/Work", count: 1 },
    { key: "/y/Notes", label: "Notes", detail: "/y/Notes", count: 1 },
  ]);
});

it("puts hits of a source together, also of one that is gone", () => {
  const { hits, groups } = grouped(HITS, "source", SOURCES);
  expect(hits.map((one) => one.id)).toEqual(["a", "c", "b", "d"]);
  expect(groups.map(({ label, count }) => [label, count])).toEqual([["Documents", 2], ["Mail", 1], ["Another source", 1]]);
});
