// Parsing that never holds the window up: a slice, then the turn of whoever else has something to do.

import type { Parser, Tree } from "@lezer/common";

const SLICE_MS = 8;
/** A text that takes longer is shown as it is. */
const MOST_MS = 4_000;

/** The tree of a text that takes no longer than a slice; null of any other. */
export function parsedNow(parser: Parser, text: string): Tree | null {
  const parse = parser.startParse(text);
  const begun = performance.now();
  do {
    const tree = parse.advance();
    if (tree) return tree;
  } while (performance.now() - begun < SLICE_MS);
  return null;
}

/** The tree of a text; null where it was given up. `goesOn` is asked between slices. */
export async function parsed(parser: Parser, text: string, goesOn: () => boolean): Promise<Tree | null> {
  const parse = parser.startParse(text);
  let spent = 0;
  for (;;) {
    const begun = performance.now();
    do {
      const tree = parse.advance();
      if (tree) return tree;
    } while (performance.now() - begun < SLICE_MS);
    spent += performance.now() - begun;
    if (spent > MOST_MS) return null;
    await new Promise((done) => setTimeout(done, 0));
    if (!goesOn()) return null;
  }
}
