// File names come from anywhere. Characters that hide, reorder or break a line are shown as what they are.

const NAMES: Readonly<Record<number, string>> = {
  0x061c: "ALM",
  0x200b: "ZWSP",
  0x200e: "LRM",
  0x200f: "RLM",
  0x2028: "LS",
  0x2029: "PS",
  0x202a: "LRE",
  0x202b: "RLE",
  0x202c: "PDF",
  0x202d: "LRO",
  0x202e: "RLO",
  0x2060: "WJ",
  0x2066: "LRI",
  0x2067: "RLI",
  0x2068: "FSI",
  0x2069: "PDI",
  0xfeff: "BOM",
  0x09: "TAB",
  0x0a: "LF",
  0x0d: "CR",
  0x1b: "ESC",
  0x7f: "DEL",
};

// Joiners (U+200C, U+200D) stay: scripts and emoji need them, and they neither hide nor reorder Latin text.
const UNSEEN_IN_NAMES = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/g;
const UNSEEN_IN_TEXT = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

export type Piece = { kind: "text"; text: string } | { kind: "unseen"; text: string; label: string };

function labelOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return NAMES[code] ?? `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** Splits text into what can be shown as it is and what has to be named. */
export function visiblePieces(text: string, where: "name" | "text"): Piece[] {
  const pattern = where === "name" ? UNSEEN_IN_NAMES : UNSEEN_IN_TEXT;
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > from) pieces.push({ kind: "text", text: text.slice(from, match.index) });
    pieces.push({ kind: "unseen", text: match[0], label: labelOf(match[0]) });
    from = match.index + match[0].length;
  }
  if (from < text.length) pieces.push({ kind: "text", text: text.slice(from) });
  return pieces;
}

/** One line for tooltips and labels, in which nothing can hide. */
export function visibleLine(text: string): string {
  return text.replace(UNSEEN_IN_NAMES, (character) => `⟨${labelOf(character)}⟩`);
}
