export type Range = readonly [number, number];
export interface Segment {
  text: string;
  /** Number of the highlight, or null between highlights. */
  hit: number | null;
}

/** Cuts text at ranges (UTF-16 units, any order); broken, empty and overlapping ranges do no harm. */
export function segments(text: string, ranges: readonly Range[]): Segment[] {
  const result: Segment[] = [];
  let from = 0;
  let hit = 0;
  for (const [start, end] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const first = Math.max(from, Math.trunc(start));
    const last = Math.min(text.length, Math.trunc(end));
    if (!(last > first)) continue;
    if (first > from) result.push({ text: text.slice(from, first), hit: null });
    result.push({ text: text.slice(first, last), hit });
    hit += 1;
    from = last;
  }
  if (from < text.length) result.push({ text: text.slice(from), hit: null });
  return result;
}
