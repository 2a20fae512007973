import type { Range } from "../../text/highlight";
import { firstHitAfter, type Hits } from "../../text/hits";

const BLOCK_LENGTH = 3_000;

/** Places of the parts of a long text, cut at line ends. A match is never cut; the line end between two blocks is in neither. */
export function blocksOf(hits: Hits): Range[] {
  const { text, ranges } = hits;
  const blocks: Range[] = [];
  let start = 0;
  while (start < text.length) {
    const lineEnd = text.indexOf("\n", start + BLOCK_LENGTH);
    let end = lineEnd < 0 ? text.length : lineEnd + 1;
    for (let hit = firstHitAfter(hits, end - 1); (ranges[hit]?.[0] ?? end) < end; hit += 1) end = Math.max(end, ranges[hit]?.[1] ?? end);
    // A block is a box of its own: the line end that closes it would show as an empty line.
    blocks.push([start, end < text.length && text[end - 1] === "\n" ? end - 1 : end]);
    start = end;
  }
  return blocks;
}

const LINES_PER_BLOCK = 80;
/** A line that is longer is a block of its own. */
const LONG = 8_000;

export interface LineBlock {
  /** Number of its first line, from 0. */
  first: number;
  lines: Range[];
}

/** Lines in blocks, for what is numbered. */
export function lineBlocksOf(text: string): LineBlock[] {
  const blocks: LineBlock[] = [];
  let lines: Range[] = [];
  let number = 0;
  let size = 0;
  const close = () => {
    if (lines.length > 0) blocks.push({ first: number - lines.length, lines });
    lines = [];
    size = 0;
  };
  for (let start = 0; start < text.length || start === 0; ) {
    const at = text.indexOf("\n", start);
    const end = at < 0 ? text.length : at;
    lines.push([start, end]);
    number += 1;
    size += end - start;
    if (lines.length >= LINES_PER_BLOCK || size > LONG) close();
    start = end + 1;
  }
  close();
  return blocks;
}
