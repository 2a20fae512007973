import { useState } from "react";
import type { HistoryEntryView } from "../../platform";

export interface Walk {
  /** What was typed: it stands before the newest. */
  draft: string;
  queries: readonly string[];
  /** Which of them is in the box; -1 is the draft. */
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
    const query = next.at < 0 ? next.draft : next.queries[next.at];
    if (query === undefined) return false;
    setWalk(next);
    put(query);
    return true;
  };
  const startAt = (draft: string): Walk => ({ draft, queries: pastOf(history, draft), at: -1 });
  return {
    walk,
    /** The next older one; the first of those that go with what is typed. */
    older: (typed: string): boolean => {
      const from = walk ?? startAt(typed);
      return goTo({ ...from, at: from.at + 1 });
    },
    /** The one that was shown before, at last what was typed; false where there is neither. */
    newer: (): boolean => walk !== null && walk.at >= 0 && (walk.at > 0 || walk.draft !== "") && goTo({ ...walk, at: walk.at - 1 }),
    /** Whoever changes a past search goes on from there: it is the draft of the next walk. */
    edited: (query: string) => {
      setWalk((before) => (before && query !== "" ? startAt(query) : null));
    },
    end: () => {
      setWalk(null);
    },
  };
}
