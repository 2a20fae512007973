// The matches of a text, by which every view of it marks the same characters and counts the same numbers.

import type { Range } from "./highlight";

/** A text and where it matches: in order, apart from one another, inside of it. */
export interface Hits {
  text: string;
  ranges: readonly Range[];
}

export interface Cut {
  start: number;
  end: number;
  /** Number of the match; null between matches. */
  hit: number | null;
}

export function hitsOf(text: string, highlights: readonly Range[]): Hits {
  const ranges: Range[] = [];
  let from = 0;
  for (const [start, end] of [...highlights].sort((a, b) => a[0] - b[0])) {
    const first = Math.max(from, Math.trunc(start));
    const last = Math.min(text.length, Math.trunc(end));
    if (!(last > first)) continue;
    ranges.push([first, last]);
    from = last;
  }
  return { text, ranges };
}

/** Number of the first match that ends after a place; as many as there are when none does. */
export function firstHitAfter({ ranges }: Hits, place: number): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle]?.[1] ?? 0) > place) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The characters from `start` to `end`, cut where matches begin and end. A match that goes on outside is cut too. */
export function cuts(hits: Hits, start: number, end: number): Cut[] {
  const result: Cut[] = [];
  let from = start;
  for (let hit = firstHitAfter(hits, start); from < end; hit += 1) {
    const range = hits.ranges[hit];
    if (!range || range[0] >= end) break;
    if (range[0] > from) result.push({ start: from, end: range[0], hit: null });
    const last = Math.min(end, range[1]);
    result.push({ start: Math.max(from, range[0]), end: last, hit });
    from = last;
  }
  if (from < end) result.push({ start: from, end, hit: null });
  return result;
}

export function hasHits(hits: Hits, start: number, end: number): boolean {
  const range = hits.ranges[firstHitAfter(hits, start)];
  return range !== undefined && range[0] < end;
}

const encoder = new TextEncoder();

export function bytesOf(text: string): number {
  return encoder.encode(text).length;
}

/** Where the character stands that begins at a byte, or the first one after it. */
export function indexOfByte(text: string, bytes: number): number {
  let count = 0;
  let index = 0;
  while (index < text.length && count < bytes) {
    const code = text.codePointAt(index) ?? 0;
    count += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    index += code < 0x10000 ? 1 : 2;
  }
  return index;
}
