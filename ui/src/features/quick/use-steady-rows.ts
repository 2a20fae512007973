import { useState } from "react";
import { mergeHits } from "../../data/merge";
import { useSettled } from "../../data/wait";
import type { QuickRow } from "./rows";

/** Within this time nobody has aimed at a row yet. */
const SETTLE_MS = 120;

interface Shown {
  query: string;
  /** The query whose hits are among the rows. */
  answered: string | null;
  source: readonly QuickRow[];
  rows: readonly QuickRow[];
}

/**
 * Rows as they come in, while the one that the person is on stays in its place: the chosen one, and after a moment the
 * first one too. A new query begins anew.
 */
export function useSteadyRows(query: string, answered: string | null, source: readonly QuickRow[], chosen: string | null): readonly QuickRow[] {
  const isSettled = useSettled(query, SETTLE_MS) === query;
  const [shown, setShown] = useState<Shown>({ query, answered, source, rows: source });
  if (shown.source === source && shown.query === query && shown.answered === answered) return shown.rows;
  const next: Shown = { query, answered, source, rows: shown.query === query ? merged(shown, source, answered, chosen, isSettled) : source };
  setShown(next);
  return next.rows;
}

function merged(shown: Shown, source: readonly QuickRow[], answered: string | null, chosen: string | null, isSettled: boolean): readonly QuickRow[] {
  const pinned = chosen ?? (isSettled ? (shown.rows[0]?.id ?? null) : null);
  // Hits of the query before are no rows to stay on.
  const isOld = shown.answered !== answered && shown.rows.find((row) => row.id === pinned)?.kind === "hit";
  return mergeHits(shown.rows, source, isOld ? null : pinned);
}
