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
 * Beside alternatives and inside brackets an operator's place has a meaning: there nothing moves.
 */
export function takePills(query: string, pills: readonly string[], chips: readonly Chip[], whole: boolean): { pills: string[]; text: string } | null {
  const text = textBehind(pills, query);
  if (text === null) return null;
  const offset = query.length - text.length;
  const ranges = chips.map((chip) => ({ start: chip.start - offset, end: chip.end - offset })).filter(({ start, end }) => start >= 0 && end <= text.length && end > start);
  const open = outsideBrackets(withoutQuotes(text, ranges));
  if (open === null || hasAlternatives(open)) return null;
  const found: { start: number; end: number; text: string }[] = [];
  for (const range of ranges) {
    const { end } = range;
    const start = text[range.start - 1] === "-" ? range.start - 1 : range.start;
    const startsWord = start === 0 || /\s/.test(text[start - 1] ?? "");
    const isFinished = end === text.length ? whole : /\s/.test(text[end] ?? "");
    if (startsWord && isFinished && open[range.start] !== HIDDEN) found.push({ start, end, text: text.slice(start, end) });
  }
  if (found.length === 0) return null;
  let rest = text;
  for (const { start, end } of [...found].sort((a, b) => b.start - a.start)) {
    rest = rest.slice(0, start) + rest.slice(end).replace(/^\s+/, "");
  }
  return { pills: [...pills, ...found.map((one) => one.text)], text: rest };
}

/** Stands for a letter within brackets. */
const HIDDEN = "\u0000";

/** The text with a letter for each one of a phrase, a pattern or an operator: signs in there are no signs of the query. */
function withoutQuotes(text: string, ranges: readonly { start: number; end: number }[]): string {
  let plain = text;
  for (const { start, end } of ranges) plain = plain.slice(0, start) + "x".repeat(end - start) + plain.slice(end);
  return plain.replace(/(?<![^\s(-])regex:\/(?:\\.|[^\\/])*\/?|"[^"]*"?/gi, (hidden) => "x".repeat(hidden.length));
}

/** The text with all in brackets hidden; null while a bracket has no other. */
function outsideBrackets(text: string): string | null {
  let depth = 0;
  let open = "";
  for (const letter of text) {
    if (letter === "(") depth += 1;
    open += depth > 0 ? HIDDEN.repeat(letter.length) : letter;
    if (letter === ")") depth -= 1;
    if (depth < 0) return null;
  }
  return depth === 0 ? open : null;
}

function hasAlternatives(text: string): boolean {
  return /\||\bOR\b/.test(text);
}

/** Words of a query; a phrase, quoted or behind an operator, is one, and so is a pattern between slashes. */
function wordsOf(query: string): { text: string; start: number; end: number }[] {
  return [...query.matchAll(/[(-]*regex:\/(?:\\.|[^\\/])*\/?|(?:"[^"]*"?|[^\s"])+/gi)].map((match) => ({ text: match[0], start: match.index, end: match.index + match[0].length }));
}

export function hasOperator(query: string, operator: string): boolean {
  return wordsOf(query).some((word) => word.text === operator);
}

/** Narrows all that the query says, alternatives too, to an operator. */
export function withOperator(query: string, operator: string): string {
  const text = query.trim();
  if (text === "" || hasOperator(text, operator)) return text || operator;
  const open = outsideBrackets(withoutQuotes(text, []));
  if (open === null || hasAlternatives(open)) return `${operator} (${text})`;
  // Behind the operators that the query begins with, so that what is a pill stays one.
  const words = wordsOf(text);
  const first = words.find((word) => !/^-?[a-z_]+:./.test(word.text) || isOpenPattern(word.text));
  return first ? `${text.slice(0, first.start)}${operator} ${text.slice(first.start)}` : `${text} ${operator}`;
}

/** A pattern without its second slash takes in all that comes behind it. */
function isOpenPattern(word: string): boolean {
  return /^-?regex:\/(?:\\.|[^\\/])*$/i.test(word);
}

export function withoutOperator(query: string, operator: string): string {
  const word = wordsOf(query).find((one) => one.text === operator);
  if (!word) return query;
  const rest = `${query.slice(0, word.start).trimEnd()} ${query.slice(word.end).trimStart()}`.trim();
  // The brackets that `withOperator` put around alternatives.
  const inner = /^\(([^()"]*)\)$/.exec(rest)?.[1];
  return inner ?? rest;
}

/** The query for its words in no other form than theirs. `NOT` is a word like any other, and so is a connective with nothing before it. */
export function exactly(query: string): string {
  return wordsOf(query)
    .map(({ text }, index) => (/^[\p{L}\p{N}]+$/u.test(text) && !(index > 0 && ["OR", "AND"].includes(text)) ? `=${text}` : text))
    .join(" ");
}
