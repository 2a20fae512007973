// Tables that are text: values divided by a character, or the cells of a spreadsheet divided by tabs. Cells are places
// in the text, so that matches in them stay where they are.

import type { Range } from "./highlight";

export interface Table {
  rows: Range[][];
  /** The most cells of a row. */
  columns: number;
  /** Whether the first row names the columns. */
  hasHead: boolean;
  /** Whether there are rows that are not shown. */
  isCut: boolean;
  /** Whether every row has as many cells: where not, cells may stand in another column than in the file. */
  isEven: boolean;
}

const MAX_ROWS = 2_000;
const MAX_COLUMNS = 100;
/** What a browser lays out without a pause. */
const MAX_CELLS = 20_000;
const DIVIDERS = ["\t", ";", ",", "|"] as const;
const NUMBER = /^[-+(]?\s?[$€£¥]?\s?\d[\d.,'\u00a0 ]*\s?[%$€£¥]?\)?$/u;

export function isNumber(text: string): boolean {
  return text.length < 40 && NUMBER.test(text.trim());
}

/** The character that divides the values of a line, by how often it stands there. */
export function dividerOf(text: string, extension: string): string {
  if (extension !== "csv" && extension !== "txt") return "\t";
  const line = text.slice(0, 4_000).split("\n").find((one) => one.trim() !== "") ?? "";
  const counts = DIVIDERS.map((divider) => ({ divider, count: line.split(divider).length - 1 }));
  return counts.reduce((best, one) => (one.count > best.count ? one : best)).divider;
}

/** One row from `at` on; values in quotes may hold dividers and line ends. */
function rowFrom(text: string, at: number, divider: string, quotes: boolean): { cells: Range[]; next: number } {
  const cells: Range[] = [];
  let start = at;
  while (start <= text.length) {
    let end = start;
    if (quotes && text[start] === '"') {
      end = closingQuote(text, start + 1);
      const value: Range = [start + 1, end];
      if (text[end] === '"') end += 1;
      while (end < text.length && text[end] !== divider && text[end] !== "\n") end += 1;
      cells.push(value);
    } else {
      while (end < text.length && text[end] !== divider && text[end] !== "\n") end += 1;
      cells.push([start, end]);
    }
    if (text[end] !== divider) return { cells, next: end + 1 };
    start = end + 1;
  }
  return { cells, next: start };
}

/** The quote that ends a value; two of them stand for one in it. A value that never ends, ends at its line. */
function closingQuote(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 2)) {
    if (text[at + 1] !== '"') return at;
  }
  const line = text.indexOf("\n", from);
  return line < 0 ? text.length : line;
}

export function tableOf(text: string, divider: string): Table {
  const rows: Range[][] = [];
  let columns = 0;
  let cells = 0;
  let at = 0;
  let isEven = true;
  while (at < text.length && rows.length < MAX_ROWS && cells < MAX_CELLS) {
    const row = rowFrom(text, at, divider, divider !== "\t");
    at = row.next;
    // The tab after the last cell of a spreadsheet's row begins no other.
    const last = row.cells.at(-1);
    if (divider === "\t" && row.cells.length > 1 && last && last[0] === last[1]) row.cells.pop();
    if (row.cells.every(([start, end]) => start === end)) continue;
    const kept = row.cells.slice(0, MAX_COLUMNS);
    isEven &&= rows.length === 0 || kept.length === columns;
    columns = Math.max(columns, kept.length);
    cells += kept.length;
    rows.push(kept);
  }
  const head = rows[0] ?? [];
  const hasHead = rows.length > 1 && head.length > 1 && head.every(([start, end]) => end > start && !isNumber(text.slice(start, end)));
  return { rows, columns, hasHead, isCut: text.slice(at).trim() !== "", isEven };
}
