// Messages as the index holds them: a head of a few lines, then the words. Everything is a place in the text.

import type { Range } from "./highlight";

export interface HeadLine {
  name: string;
  value: Range;
}

export interface Part {
  range: Range;
  /** Words of an earlier message, each line behind a `>`. */
  isQuoted: boolean;
  lines: number;
}

export interface Message {
  head: HeadLine[];
  parts: Part[];
}

const HEAD = /^(Subject|From|To|Cc|Date): (.*)$/;
/** Fewer lines than this are part of the answer. */
const MIN_QUOTE = 3;

interface Line {
  start: number;
  end: number;
  text: string;
}

function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  for (let start = 0; start <= text.length; ) {
    const at = text.indexOf("\n", start);
    const end = at < 0 ? text.length : at;
    lines.push({ start, end, text: text.slice(start, end) });
    start = end + 1;
  }
  return lines;
}

/** How many lines of a head stand there: a message, or one that was sent on inside of it, begins with two at least. */
function headAt(lines: readonly Line[], at: number): number {
  let count = 0;
  while (HEAD.test(lines[at + count]?.text ?? "")) count += 1;
  return count >= 2 && (at === 0 || lines[at - 1]?.text.trim() === "") ? count : 0;
}

/** The messages of a mail or a mailbox; of a text without a head one that is only words. */
export function messagesOf(text: string): Message[] {
  const lines = linesOf(text);
  const messages: Message[] = [];
  let body: Line[] = [];
  let head: HeadLine[] = [];
  const close = () => {
    if (head.length > 0 || body.some((line) => line.text.trim() !== "")) messages.push({ head, parts: partsOf(body) });
    body = [];
  };
  for (let at = 0; at < lines.length; ) {
    const count = headAt(lines, at);
    if (count > 0) {
      close();
      head = lines.slice(at, at + count).map((line) => {
        const name = HEAD.exec(line.text)?.[1] ?? "";
        return { name, value: [line.start + name.length + 2, line.end] };
      });
      at += count;
    } else {
      const line = lines[at];
      if (line) body.push(line);
      at += 1;
    }
  }
  close();
  return messages;
}

function partsOf(lines: readonly Line[]): Part[] {
  const runs: { isQuoted: boolean; lines: Line[] }[] = [];
  for (const line of lines) {
    const isQuoted = line.text.startsWith(">");
    const run = runs.at(-1);
    if (run && run.isQuoted === isQuoted) run.lines.push(line);
    else runs.push({ isQuoted, lines: [line] });
  }
  const parts: Part[] = [];
  for (const run of runs) {
    const part: Part = { isQuoted: run.isQuoted && run.lines.length >= MIN_QUOTE, lines: run.lines.length, range: [run.lines[0]?.start ?? 0, run.lines.at(-1)?.end ?? 0] };
    const before = parts.at(-1);
    if (before && !before.isQuoted && !part.isQuoted) {
      before.range = [before.range[0], part.range[1]];
      before.lines += part.lines;
    } else {
      parts.push(part);
    }
  }
  return parts;
}

/** What a conversation has in common: the subject without what answering and forwarding put before it. */
export function threadOf(subject: string): string {
  return subject.replace(/^(?:\s*(?:re|aw|antw|sv|fwd?|wg)\s*(?:\[\d+\])?:\s*)+/i, "").trim();
}
