// Finished operators leave the text and become pills. The query stays one string: pills first, then the text.

import type { Chip } from "../platform";

export function joinQuery(pills: readonly string[], text: string): string {
  return pills.length === 0 ? text : `${pills.join(" ")} ${text}`;
}

/** The text behind the pills, or null when the query no longer begins with them. */
export function textBehind(pills: readonly string[], query: string): string | null {
  if (pills.length === 0) return query;
  const head = pills.join(" ");
  if (query === head) return "";
  return query.startsWith(`${head} `) ? query.slice(head.length + 1) : null;
}

/**
 * Moves operators that are followed by a space out of the text.
 * Inside alternatives and brackets an operator's place has a meaning: then nothing moves.
 */
export function takePills(query: string, pills: readonly string[], chips: readonly Chip[], whole: boolean): { pills: string[]; text: string } | null {
  const text = textBehind(pills, query);
  if (text === null || /[()|]|\bOR\b/.test(text)) return null;
  const offset = query.length - text.length;
  const found: { start: number; end: number; text: string }[] = [];
  for (const chip of chips) {
    let start = chip.start - offset;
    const end = chip.end - offset;
    if (start < 0 || end > text.length || end <= start) continue;
    if (text[start - 1] === "-") start -= 1;
    const startsWord = start === 0 || /\s/.test(text[start - 1] ?? "");
    const isFinished = end === text.length ? whole : /\s/.test(text[end] ?? "");
    if (startsWord && isFinished) found.push({ start, end, text: text.slice(start, end) });
  }
  if (found.length === 0) return null;
  let rest = text;
  for (const { start, end } of [...found].sort((a, b) => b.start - a.start)) {
    rest = rest.slice(0, start) + rest.slice(end).replace(/^\s+/, "");
  }
  return { pills: [...pills, ...found.map((one) => one.text)], text: rest };
}
