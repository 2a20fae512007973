// Results under headings: by the source that they came from, or by their folder.

import type { HitGroup } from "../../components/hit-list";
import type { HitView } from "../../platform";

export type GroupBy = "source" | "folder";

export const GROUPS: readonly { value: "" | GroupBy; label: string }[] = [
  { value: "", label: "No groups" },
  { value: "source", label: "By source" },
  { value: "folder", label: "By folder" },
];

export function groupByOf(text: string | null): GroupBy | null {
  return text === "source" || text === "folder" ? text : null;
}

const NO_GROUPS: readonly HitGroup[] = [];

type Heading = Omit<HitGroup, "count">;

function lastPart(path: string): string {
  return path.replace(/[\\/]+$/, "").split(/[\\/]/).at(-1) ?? path;
}

function headingOf(hit: HitView, by: GroupBy): Heading {
  if (by === "folder") {
    const path = hit.path.replace(/[\\/][^\\/]*$/, "");
    return { key: path, label: hit.folder, detail: path };
  }
  // A hit names its source by the whole path; one that was removed meanwhile has none.
  return { key: hit.source, label: hit.source === "" ? "Another source" : lastPart(hit.source), detail: hit.source };
}

/** Groups in the order of their first hits, which keep theirs. */
export function grouped(hits: readonly HitView[], by: GroupBy | null): { hits: readonly HitView[]; groups: readonly HitGroup[] } {
  if (by === null) return { hits, groups: NO_GROUPS };
  const members = new Map<string, { heading: Heading; hits: HitView[] }>();
  for (const hit of hits) {
    const heading = headingOf(hit, by);
    const group = members.get(heading.key) ?? { heading, hits: [] };
    group.hits.push(hit);
    members.set(heading.key, group);
  }
  const all = [...members.values()];
  return { hits: all.flatMap((group) => group.hits), groups: all.map((group) => ({ ...group.heading, count: group.hits.length })) };
}
