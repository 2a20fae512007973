import { expect, it } from "vitest";
import type { HitView } from "../../platform";
import { grouped } from "./groups";

function hit(id: string, path: string, source = "/home/ada/Documents/"): HitView {
  return { id, path, source, folder: path.split(/[\\/]/).at(-2) ?? "" } as HitView;
}

const HITS = [hit("a", "/x/Notes/a.md"), hit("b", "/x/Work/b.md", "C:\\Mail"), hit("c", "/x/Notes/c.md"), hit("d", "/y/Notes/d.md", "")];

it("leaves the hits as they are without groups", () => {
  expect(grouped(HITS, null)).toEqual({ hits: HITS, groups: [] });
});

it("puts hits of a folder together, in the order of the best ones; a folder is its whole path", () => {
  const { hits, groups } = grouped(HITS, "folder");
  expect(hits.map((one) => one.id)).toEqual(["a", "c", "b", "d"]);
  expect(groups).toEqual([
    { key: "/x/Notes", label: "Notes", detail: "/x/Notes", count: 2 },
    { key: "/x/Work", label: "Work", detail: "/x/Work", count: 1 },
    { key: "/y/Notes", label: "Notes", detail: "/y/Notes", count: 1 },
  ]);
});

it("puts hits of a source together, also of one that is gone", () => {
  const { hits, groups } = grouped(HITS, "source");
  expect(hits.map((one) => one.id)).toEqual(["a", "c", "b", "d"]);
  expect(groups.map(({ label, count }) => [label, count])).toEqual([["Documents", 2], ["Mail", 1], ["Another source", 1]]);
});

it("keeps two sources apart whose folders have the same name", () => {
  const { groups } = grouped([hit("a", "/x/a.md", "/home/ada/Mail"), hit("b", "/y/b.md", "/media/old/Mail"), hit("c", "/x/c.md", "/home/ada/Mail")], "source");
  expect(groups).toEqual([
    { key: "/home/ada/Mail", label: "Mail", detail: "/home/ada/Mail", count: 2 },
    { key: "/media/old/Mail", label: "Mail", detail: "/media/old/Mail", count: 1 },
  ]);
});
