// How well a few letters name a thing: its whole name, its beginning, a word of it, its initials, another word for it.

import type { Range } from "./highlight";

export type MatchKind = "exact" | "prefix" | "word" | "initials" | "keyword" | "typo";

export interface Match {
  kind: MatchKind;
  /** Matched letters of the name. */
  highlights: Range[];
}

const ORDER: readonly MatchKind[] = ["exact", "prefix", "word", "initials", "keyword", "typo"];
/** With fewer letters nearly everything begins so. */
const LEAST_LETTERS = 2;
const LEAST_FOR_KEYWORD = 3;
const LEAST_FOR_TYPO = 5;

/** Smaller is better. */
export function matchRank(kind: MatchKind): number {
  return ORDER.indexOf(kind);
}

/** Small letters without accents, one for one, so that places stay the same. */
function folded(text: string): string {
  return [...text]
    .map((letter) => {
      const small = (letter.normalize("NFD")[0] ?? letter).toLowerCase();
      return small.length === letter.length ? small : letter;
    })
    .join("");
}

function startsOfWords(name: string): number[] {
  return [...name.matchAll(/[\p{L}\p{N}]+/gu)].map((match) => match.index);
}

/** `te` and `texed` of Text Editor: beginnings of its words, from the first one on, none left out between. */
function byInitials(query: string, name: string, starts: readonly number[], word = 0): Range[] | null {
  if (query === "") return [];
  const start = starts[word];
  if (start === undefined) return null;
  const end = starts[word + 1] ?? name.length;
  for (let length = Math.min(query.length, end - start); length >= 1; length -= 1) {
    if (!name.startsWith(query.slice(0, length), start)) continue;
    const others = byInitials(query.slice(length), name, starts, word + 1);
    if (others) return [[start, start + length], ...others];
  }
  return null;
}

/** One letter wrong, missing, too many, or two in the wrong order. */
export function isOneTypoAway(a: string, b: string): boolean {
  if (a === b || Math.abs(a.length - b.length) > 1) return false;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  const swapped = a.slice(0, at) + (a[at + 1] ?? "") + (a[at] ?? "") + a.slice(at + 2);
  return a.slice(at + 1) === b.slice(at + 1) || a.slice(at) === b.slice(at + 1) || a.slice(at + 1) === b.slice(at) || swapped === b;
}

/** Null where the query does not name it well enough. */
export function matchName(typed: string, name: string, keywords: readonly string[] = []): Match | null {
  const query = folded(typed.trim().replace(/\s+/g, " "));
  const target = folded(name);
  if (query.length < LEAST_LETTERS) return null;
  if (target === query) return { kind: "exact", highlights: [[0, name.length]] };
  if (target.startsWith(query)) return { kind: "prefix", highlights: [[0, query.length]] };
  const starts = startsOfWords(target);
  const within = starts.find((start) => target.startsWith(query, start));
  if (within !== undefined) return { kind: "word", highlights: [[within, within + query.length]] };
  const initials = byInitials(query.replaceAll(" ", ""), target, starts);
  if (initials) return { kind: "initials", highlights: initials };
  if (query.length >= LEAST_FOR_KEYWORD && keywords.some((keyword) => folded(keyword).startsWith(query))) return { kind: "keyword", highlights: [] };
  if (query.length >= LEAST_FOR_TYPO && isOneTypoAway(query, target)) return { kind: "typo", highlights: [] };
  return null;
}
