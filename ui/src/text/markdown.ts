// Markdown as a tree of places in its text. What it is shown as is decided in `components/preview/markdown-view.tsx`.

import type { SyntaxNode } from "@lezer/common";
import { GFM, parser } from "@lezer/markdown";
import { parsed, parsedNow } from "./slices";

export interface MarkdownNode {
  name: string;
  start: number;
  end: number;
  children: MarkdownNode[];
}

/** Deeper than anybody writes: what lies below is shown as it is written. */
const MAX_DEPTH = 40;
const markdown = parser.configure(GFM);

function nodeOf(node: SyntaxNode, base: number, depth: number): MarkdownNode {
  const children: MarkdownNode[] = [];
  if (depth < MAX_DEPTH) {
    for (let child = node.firstChild; child; child = child.nextSibling) children.push(nodeOf(child, base, depth + 1));
  }
  return { name: node.name, start: node.from + base, end: node.to + base, children };
}

/** Where the words begin, after what some programs put before them between two lines of dashes. */
export function frontMatterEnd(text: string): number {
  if (!text.startsWith("---\n")) return 0;
  const end = text.indexOf("\n---\n", 3);
  return end < 0 || end > 10_000 ? 0 : end + 5;
}

/** The blocks of a text that is short enough to be read at once; null of any other. */
export function markdownNow(text: string): MarkdownNode[] | null {
  const base = frontMatterEnd(text);
  const tree = parsedNow(markdown, text.slice(base));
  return tree && nodeOf(tree.topNode, base, 0).children;
}

/** The blocks of a text; null where it was given up. */
export async function markdownOf(text: string, goesOn: () => boolean): Promise<MarkdownNode[] | null> {
  const base = frontMatterEnd(text);
  const tree = await parsed(markdown, text.slice(base), goesOn);
  return tree && nodeOf(tree.topNode, base, 0).children;
}
