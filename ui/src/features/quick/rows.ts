// What quick search lists besides files, and where each row stands.

import type { HistoryEntryView, HitView, ProgramView, SavedSearchView } from "../../platform";
import { calculate, type Answer } from "../../text/calculate";
import type { Match } from "../../text/fuzzy";
import { matchCommands, named, type Command } from "./commands";

export type QuickRow =
  | { kind: "hit"; id: string; hit: HitView }
  | { kind: "answer"; id: string; answer: Answer }
  | { kind: "program"; id: string; program: ProgramView; match: Match }
  | { kind: "command"; id: string; command: Command; match: Match }
  | { kind: "saved"; id: string; saved: SavedSearchView }
  | { kind: "past"; id: string; past: HistoryEntryView };

export type NamedRow = Extract<QuickRow, { kind: "program" | "command" }>;

export interface Section {
  /** Null where there is nothing to tell it from. */
  title: string | null;
  rows: readonly QuickRow[];
}

const MOST_PROGRAMS = 3;
/** So many may stand above the files. */
const MOST_ABOVE = 3;
/** What is only a fair match comes below so many files. */
const FILES_ABOVE = 3;
/** A name is short; what is longer, or has operators, is a search. */
const LONGEST_NAME = 40;

export function hitRow(hit: HitView): QuickRow {
  return { kind: "hit", id: hit.id, hit };
}

export function answerRow(query: string): QuickRow | null {
  const answer = calculate(query);
  return answer ? { kind: "answer", id: "answer", answer } : null;
}

/** Programs and commands that the query names, best first. */
export function namedRows(query: string, programs: readonly ProgramView[], isPaused: boolean): NamedRow[] {
  if (query.length > LONGEST_NAME || /[":()|]/.test(query)) return [];
  const commands = matchCommands(query, isPaused).map(({ thing, match }): NamedRow => ({ kind: "command", id: `command:${thing.id}`, command: thing, match }));
  const started = named(query, programs, (program) => program.keywords, MOST_PROGRAMS).map(({ thing, match }): NamedRow => ({ kind: "program", id: `program:${thing.id}`, program: thing, match }));
  return [...commands, ...started];
}

function isStrong({ match }: NamedRow): boolean {
  return match.kind === "exact" || match.kind === "prefix";
}

/** A sum first, then what is called so, then files; what is only a fair match below the first of them. */
export function placeRows(answer: QuickRow | null, things: readonly NamedRow[], hits: readonly HitView[]): QuickRow[] {
  const exact = things.filter((row) => row.match.kind === "exact");
  const strong = [...exact, ...things.filter((row) => row.match.kind === "prefix")].slice(0, MOST_ABOVE);
  const fair = things.filter((row) => !strong.includes(row)).sort((a, b) => Number(isStrong(b)) - Number(isStrong(a)));
  const files = hits.map(hitRow);
  return [...(answer ? [answer] : []), ...strong, ...files.slice(0, FILES_ABOVE), ...fair, ...files.slice(FILES_ABOVE)];
}

/** Of each, so many at most while the box is empty: all three are in sight. */
const SHORT = { recent: 5, saved: 4, past: 8 };

/** What stands there before anything is typed. */
export function restSections(recent: readonly HitView[], saved: readonly SavedSearchView[], past: readonly HistoryEntryView[]): Section[] {
  const kept = [...saved].sort((a, b) => Number(b.fresh > 0) - Number(a.fresh > 0)).slice(0, SHORT.saved);
  const others = past.filter((one) => !kept.some((saved) => saved.query === one.query)).slice(0, SHORT.past);
  const files = kept.length + others.length === 0 ? recent : recent.slice(0, SHORT.recent);
  const sections: Section[] = [
    { title: "Recent files", rows: files.map(hitRow) },
    { title: "Saved searches", rows: kept.map((saved): QuickRow => ({ kind: "saved", id: `saved:${saved.id}`, saved })) },
    { title: "Past searches", rows: others.map((past): QuickRow => ({ kind: "past", id: `past:${past.query}`, past })) },
  ];
  return sections.filter((section) => section.rows.length > 0);
}
