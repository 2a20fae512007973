// A toy search with the manners of the real one: operators, prefixes, highlights, chips, notices.

import type { Chip, HitView, Notice, PreviewView, SearchRequest, SearchResponse } from "../index";
import { CORPUS, type FakeDocument } from "./corpus";

const DAY = 86_400_000;
const OPERATORS = ["type", "ext", "in", "path", "name", "after", "before", "date", "size", "newer_than", "older_than"];

interface Parsed {
  words: string[];
  chips: Chip[];
}

function parse(query: string): Parsed {
  const words: string[] = [];
  const chips: Chip[] = [];
  for (const match of query.matchAll(/-?([a-z_]+):("[^"]*"|[^\s()]+)|"([^"]+)"|[^\s()|]+/giu)) {
    const operator = match[1]?.toLowerCase();
    if (operator && OPERATORS.includes(operator)) {
      chips.push({ text: match[0], start: match.index, end: match.index + match[0].length, operator, value: (match[2] ?? "").replaceAll('"', "") });
    } else if (match[0] !== "OR") {
      words.push((match[3] ?? match[0]).toLowerCase().replace(/^[=~]/, ""));
    }
  }
  return { words, chips };
}

function days(text: string): number {
  const [, number = "0", unit = "d"] = /^(\d+)([dwmy])$/.exec(text) ?? [];
  return Number(number) * ({ d: 1, w: 7, m: 30, y: 365 }[unit] ?? 1);
}

function passes(document: FakeDocument, chip: Chip): boolean {
  const value = chip.value.toLowerCase();
  switch (chip.operator) {
    case "type":
    case "ext":
      return value.split(",").some((one) => document.kind === one || document.path.toLowerCase().endsWith(`.${one}`));
    case "path":
    case "in":
      return document.path.toLowerCase().includes(value.replaceAll("?", ""));
    case "name":
      return document.path.slice(document.path.lastIndexOf("/")).toLowerCase().includes(value);
    case "newer_than":
      return document.daysAgo <= days(value);
    case "older_than":
      return document.daysAgo > days(value);
    case "date":
      return value !== "today" || document.daysAgo < 1;
    default:
      return true;
  }
}

function find(text: string, words: readonly string[]): [number, number][] {
  const ranges: [number, number][] = [];
  for (const word of words) {
    for (const match of text.matchAll(new RegExp(`(?<![\\p{L}\\p{N}])${word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`, "giu"))) {
      ranges.push([match.index, match.index + match[0].length]);
    }
  }
  return ranges.sort((a, b) => a[0] - b[0]).filter((range, index, all) => index === 0 || range[0] >= (all[index - 1]?.[1] ?? 0));
}

function snippetOf(document: FakeDocument, words: readonly string[]): HitView["snippet"] {
  const flat = document.text.replace(/\s+/g, " ").trim();
  if (flat === "") return null;
  const first = find(flat, words)[0]?.[0] ?? 0;
  const start = first < 60 ? 0 : flat.indexOf(" ", first - 50) + 1;
  const text = (start > 0 ? "… " : "") + flat.slice(start, start + 220);
  return { text, highlights: find(text, words) };
}

export function hitOf(document: FakeDocument, words: readonly string[], rank: number, now: number, explain: HitView["explain"]): HitView {
  return {
    rank,
    id: document.id,
    title: document.title,
    titleHighlights: find(document.title, words),
    uri: `file://${encodeURI(document.path)}`,
    path: document.path,
    folder: document.path.split("/").at(-2) ?? "",
    source: "1",
    kind: document.kind,
    mime: document.mime,
    modified: now - document.daysAgo * DAY,
    size: document.size,
    score: 1 / (60 + rank),
    snippet: snippetOf(document, words),
    locations: document.copies,
    state: document.state,
    explain,
    archive: document.archive,
  };
}

export function fakeSearch(request: SearchRequest, now: number, meaningShare: number): SearchResponse {
  const { words, chips } = parse(request.query);
  const pool = CORPUS.filter((document) => chips.every((chip) => passes(document, chip)));
  const byWords = pool
    .map((document) => {
      const title = find(document.title, words).length;
      const score = words.every((word) => find(`${document.title} ${document.path} ${document.text}`, [word]).length > 0) ? title * 4 + find(document.text, words).length + 1 : 0;
      return { document, score: score - document.daysAgo / 10_000 };
    })
    .filter((one) => one.score > 0 || (words.length === 0 && chips.length > 0))
    .sort((a, b) => b.score - a.score)
    .map((one) => one.document);
  const byMeaning = pool
    .map((document) => ({ document, score: words.filter((word) => word.length > 2 && find(document.about, [word.slice(0, 6)]).length > 0).length }))
    .filter((one) => one.score > 0)
    .sort((a, b) => b.score - a.score)
    .map((one) => one.document);
  const rankIn = (list: readonly FakeDocument[], document: FakeDocument) => {
    const at = list.indexOf(document);
    return at < 0 ? null : at + 1;
  };
  const lists = request.mode === "words" ? [byWords] : request.mode === "meaning" ? [byMeaning] : [byWords, byMeaning];
  const fused = [...new Set(lists.flat())]
    .map((document) => ({ document, score: lists.reduce((sum, list) => sum + 1 / (60 + (rankIn(list, document) ?? 1_000)), 0) }))
    .sort((a, b) => b.score - a.score);
  const notices: Notice[] = [];
  if (request.mode !== "words" && meaningShare < 1) {
    notices.push({ code: "meaning-partial", message: `Meaning search is ${Math.floor(meaningShare * 100)} % ready: some files are found by their words only.` });
  }
  const unknown = /(?:^|\s)(from|label):/.exec(request.query)?.[1];
  if (unknown) notices.push({ code: "unknown-operator", message: `${unknown}: is searched as plain text.` });
  return {
    query: request.query,
    mode: request.mode,
    tookMs: request.mode === "words" ? 2.4 : 17.8,
    total: fused.length,
    hits: fused.slice(request.offset, request.offset + request.limit).map(({ document }, index) =>
      hitOf(document, words, index + 1, now, request.explain ? { wordsRank: rankIn(byWords, document), meaningRank: request.mode === "words" ? null : rankIn(byMeaning, document), boosts: document.daysAgo < 7 ? ["changed lately"] : [] } : null),
    ),
    notices,
    chips,
  };
}

export function fakePreview(document: FakeDocument, query: string, now: number): PreviewView {
  return {
    id: document.id,
    title: document.title,
    path: document.path,
    kind: document.kind,
    mime: document.mime,
    modified: now - document.daysAgo * DAY,
    size: document.size,
    state: document.state,
    reason: document.reason,
    text: document.text,
    textStart: 0,
    truncated: false,
    highlights: find(document.text, parse(query).words),
  };
}
