// Pages of the fake: grey bars for words, on paper of the true size, so that marks have something to lie on.

import type { PreviewPageRequest, PreviewPageView } from "../index";
import type { FakeDocument } from "./corpus";
import { marksOf } from "./search";

const PARTS = 65_535;
const LINES_PER_PAGE = 14;
const LINE_LENGTH = 64;

function pagesOf(text: string): string[][] {
  const lines = text.split("\n").flatMap((line) => line.match(new RegExp(`.{1,${LINE_LENGTH}}(?:\\s|$)|.{1,${LINE_LENGTH}}`, "gu")) ?? [""]);
  const pages = [];
  for (let at = 0; at < Math.max(1, lines.length); at += LINES_PER_PAGE) pages.push(lines.slice(at, at + LINES_PER_PAGE));
  return pages;
}

type Place = [number, number, number, number];

/** Left, top, width and height of some letters of a line, in parts of one. */
function place(line: number, start: number, end: number): Place {
  return [0.1 + (start / LINE_LENGTH) * 0.8, 0.08 + line * 0.06, ((end - start) / LINE_LENGTH) * 0.8, 0.03];
}

export function fakePage(document: FakeDocument, request: PreviewPageRequest): PreviewPageView {
  const unseen = (reason: string) => ({ png: null, page: 0, pages: 0, width: 0, height: 0, marks: [], matching: [], reason });
  if (document.archive !== null) return unseen("It lies in an archive: open the archive to see it.");
  if (!["indexed", "empty", "name-only"].includes(document.state)) return unseen(document.reason ?? "It cannot be shown.");
  if (document.kind === "image") {
    const [width, height] = [480, 320];
    const png = pngOf(width, height, (x, y) => (y > 200 + 30 * Math.sin(x / 40) ? 0 : (x - 360) ** 2 + (y - 90) ** 2 < 1_600 ? 0 : 1));
    return { png, page: 0, pages: 1, width, height, marks: [], matching: [], reason: null };
  }
  if (document.kind !== "pdf") return unseen("Only pages of PDFs and pictures can be shown as they look.");
  const pages = pagesOf(document.text);
  const matching = pages.flatMap((lines, index) => (marksOf(lines.join("\n"), request.query).length > 0 ? [index] : []));
  const page = Math.min(request.page ?? matching[0] ?? 0, pages.length - 1);
  const lines = pages[page] ?? [];
  const bars = lines.flatMap((line, row) => [...line.matchAll(/\S+/g)].map((word) => place(row, word.index, word.index + word[0].length)));
  const marks = lines.flatMap((line, row) => marksOf(line, request.query).map(([start, end]) => place(row, start, end).map((part) => Math.round(part * PARTS)) as Place));
  const [width, height] = [600, 780];
  const grid = new Uint8Array(width * height).fill(1);
  for (const [left, top, wide, high] of bars) {
    for (let y = Math.round(top * height) + 4; y < (top + high) * height - 4; y += 1) grid.fill(0, y * width + Math.round(left * width), y * width + Math.round((left + wide) * width));
  }
  return { png: pngOf(width, height, (x, y) => grid[y * width + x] ?? 1), page, pages: pages.length, width, height, marks, matching: request.page === null ? matching : [], reason: null };
}

/** A picture in black and white, as PNG in base64. */
function pngOf(width: number, height: number, pixel: (x: number, y: number) => number): string {
  const row = 1 + Math.ceil(width / 8);
  const raw = new Uint8Array(row * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = y * row + 1 + (x >> 3);
      if (pixel(x, y)) raw[at] = (raw[at] ?? 0) | (0x80 >> (x & 7));
    }
  }
  const bytes = [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, ...chunk("IHDR", [...word(width), ...word(height), 1, 0, 0, 0, 0]), ...chunk("IDAT", stored(raw)), ...chunk("IEND", [])];
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

const word = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];

function chunk(kind: string, body: readonly number[]): number[] {
  const named = [...kind].map((letter) => letter.charCodeAt(0)).concat(body);
  let sum = 0xffffffff;
  for (const byte of named) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return [...word(body.length), ...named, ...word(~sum >>> 0)];
}

/** Bytes as a stream of zlib, without packing them. */
function stored(raw: Uint8Array): number[] {
  const bytes = [0x78, 0x01];
  for (let at = 0; at < raw.length; at += 65_535) {
    const part = raw.subarray(at, at + 65_535);
    bytes.push(at + part.length >= raw.length ? 1 : 0, part.length & 255, part.length >> 8, ~part.length & 255, (~part.length >> 8) & 255);
    for (const byte of part) bytes.push(byte);
  }
  let [low, high] = [1, 0];
  for (const byte of raw) {
    low = (low + byte) % 65_521;
    high = (high + low) % 65_521;
  }
  return [...bytes, high >> 8, high & 255, low >> 8, low & 255];
}
