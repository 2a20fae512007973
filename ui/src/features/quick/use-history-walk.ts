import { useState } from "react";
import type { HistoryEntryView } from "../../platform";

export interface Walk {
  queries: readonly string[];
  at: number;
}

/** Past searches that begin so, or have a word that does, newest first. */
function pastOf(history: readonly HistoryEntryView[], typed: string): string[] {
  const start = typed.trim().toLowerCase();
  return history
    .map((one) => one.query)
    .filter((query) => query !== typed.trim())
    .filter((query) => start === "" || query.toLowerCase().startsWith(start) || query.toLowerCase().includes(` ${start}`));
}

/** Walks through past searches in the box, as a shell does. */
export function useHistoryWalk(history: readonly HistoryEntryView[], put: (query: string) => void) {
  const [walk, setWalk] = useState<Walk | null>(null);
  const goTo = (next: Walk) => {
    const query = next.queries[next.at];
    if (query === undefined) return false;
    setWalk(next);
    put(query);
    return true;
  };
  return {
    walk,
    /** The next older one; the first of those that go with what is typed. */
    older: (typed: string): boolean => goTo(walk ? { ...walk, at: walk.at + 1 } : { queries: pastOf(history, typed), at: 0 }),
    /** The one that was shown before; false where this is the newest. */
    newer: (): boolean => walk !== null && goTo({ ...walk, at: walk.at - 1 }),
    end: () => {
      setWalk(null);
    },
  };
}
