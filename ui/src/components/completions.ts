// Which completions show by themselves, and what one does to a query.

import type { CompletionView } from "../platform";

const MOST_PAST = 3;
const MOST = 8;
/** Fewer letters begin too many things. */
const MIN_LETTERS = 2;

/** What is worth showing to somebody who did not ask: what an operator may be, names of operators that are begun, a few past searches. */
export function unasked(list: readonly CompletionView[], query: string): CompletionView[] {
  let past = 0;
  const worthy = list.filter((one) => {
    if (one.kind === "history") return query.trim().length >= MIN_LETTERS && (past += 1) <= MOST_PAST;
    return one.kind !== "operator" || query.slice(one.start, one.end).replace(/^[-(]+/, "").length >= MIN_LETTERS;
  });
  return worthy.slice(0, MOST);
}

/** Whether a completion may be on its way for who types so far: Tab waits for it then. */
export function mayComplete(textBefore: string): boolean {
  return /\S{2,}$|:\S*$/.test(textBefore);
}

/** The letters that a completion adds at the end of a query; null where it does more than that. */
export function ghostOf(completion: CompletionView | undefined, query: string, cursor: number): string | null {
  if (!completion || cursor !== query.length || completion.end !== query.length) return null;
  const typed = query.slice(completion.start);
  const added = completion.insert.startsWith(typed) ? completion.insert.slice(typed.length).trimEnd() : "";
  return added === "" ? null : added;
}

export function taken(completion: CompletionView, query: string): { query: string; cursor: number } {
  return { query: query.slice(0, completion.start) + completion.insert + query.slice(completion.end), cursor: completion.start + completion.insert.length };
}
