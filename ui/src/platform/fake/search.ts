// A toy search with the manners of the real one: operators, prefixes, highlights, chips, notices.

import type { Chip, CompletionView, FacetsView, FacetView, HitView, Notice, PassagesView, PreviewView, SearchRequest, SearchResponse, SearchSort, SimilarRequest } from "../index";
import { CORPUS, type FakeDocument } from "./corpus";

const DAY = 86_400_000;
const OPERATORS = ["type", "ext", "in", "path", "name", "after", "before", "date", "size", "newer_than", "older_than", "from", "has", "is", "label", "regex"];

interface Parsed {
  words: string[];
  chips: Chip[];
}

function parse(query: string): Parsed {
  const words: string[] = [];
  const chips: Chip[] = [];
  for (const match of query.matchAll(/-?([a-z_]+):("[^"]*"|(?<=regex:)\/(?:\\.|[^\\/])*\/|[^\s()]+)|"([^"]+)"|[^\s()|]+/giu)) {
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
    case "in":
      return sourceOf(document).toLowerCase().includes(value);
    case "path":
      return document.path.toLowerCase().includes(value.replaceAll("?", ""));
    case "name":
      return document.path.slice(document.path.lastIndexOf("/")).toLowerCase().includes(value);
    case "newer_than":
      return document.daysAgo <= days(value);
    case "older_than":
      return document.daysAgo > days(value);
    case "from":
      return document.from?.toLowerCase().includes(value) === true;
    case "is":
      return value !== "archived" || document.archive !== null;
    case "date":
      return value !== "today" || document.daysAgo < 1;
    default:
      return true;
  }
}

/** Where the words of a query stand in a text. */
export function marksOf(text: string, query: string): [number, number][] {
  return find(text, parse(query).words);
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

function sourceOf(document: FakeDocument): string {
  return document.path.startsWith("/home/ada/Projects/") ? "/home/ada/Library/reference" : "/home/ada/Documents";
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
    source: sourceOf(document),
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
  sorted(fused, request.sort ?? "best");
  const notices: Notice[] = [];
  if (request.mode !== "words" && meaningShare < 1) {
    notices.push({ code: "meaning-partial", message: `Meaning search is ${Math.floor(meaningShare * 100)} % ready: some files are found by their words only.` });
  }
  const unknown = /(?:^|\s)(cc|status):/.exec(request.query)?.[1];
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
    facets: request.facets ? facetsOf(fused.map((one) => one.document)) : null,
  };
}

function counted(values: readonly string[], query: (value: string) => string): FacetView[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].map(([label, count]) => ({ label, count, query: query(label) })).sort((a, b) => b.count - a.count);
}

function facetsOf(documents: readonly FakeDocument[]): FacetsView {
  const within = (label: string, days: number) => ({ label, query: `newer_than:${days}d`, count: documents.filter((document) => document.daysAgo <= days).length });
  return {
    kinds: counted(documents.map((document) => document.kind), (kind) => `type:${kind}`),
    sources: counted(documents.map(sourceOf), (source) => `in:${source}`).map((facet) => ({ ...facet, label: facet.label.split("/").at(-1) ?? "" })),
    folders: counted(documents.map((document) => document.path.split("/").at(-2) ?? ""), (folder) => `path:"${folder}"`),
    people: counted(documents.flatMap((document) => document.from ?? []), (person) => `from:"${person}"`),
    labels: [],
    times: [within("Past 7 days", 7), within("Past 30 days", 30), within("Past year", 365)].filter((time) => time.count > 0),
  };
}

function sorted(documents: { document: FakeDocument; score: number }[], sort: SearchSort) {
  const by: Record<SearchSort, (a: FakeDocument, b: FakeDocument) => number> = {
    best: () => 0,
    newest: (a, b) => a.daysAgo - b.daysAgo,
    oldest: (a, b) => b.daysAgo - a.daysAgo,
    largest: (a, b) => b.size - a.size,
    smallest: (a, b) => a.size - b.size,
    name: (a, b) => a.title.localeCompare(b.title),
  };
  return documents.sort((a, b) => by[sort](a.document, b.document));
}

export function fakeSimilar(request: SimilarRequest, now: number): SearchResponse {
  const like = CORPUS.find((document) => document.id === request.id);
  const query = like ? like.about : (request.text ?? "");
  const answer = fakeSearch({ query, mode: "meaning", limit: request.limit, offset: 0, explain: true, sort: "best", facets: false }, now, 1);
  return { ...answer, query: "", hits: answer.hits.filter((hit) => hit.id !== request.id) };
}

export function fakePassages(document: FakeDocument, query: string): PassagesView {
  const passages = find(document.text, parse(query).words).map(([start, end]) => {
    const from = Math.max(0, start - 40);
    return { text: document.text.slice(from, end + 60).replace(/\s/g, " "), highlights: [[start - from, end - from] as [number, number]], start: from };
  });
  return { passages, total: passages.length };
}

const NAMES: Readonly<Record<string, string>> = {
  type: "a kind of file",
  name: "in the name",
  path: "in a folder",
  in: "from a source",
  from: "author or sender",
  to: "recipient",
  after: "changed since",
  before: "changed until",
  date: "changed on",
  newer_than: "changed in the last…",
  older_than: "changed longer ago than",
  size: "how large",
  has: "what has something to it",
  is: "what it is",
  label: "marked so",
  lang: "language of the text",
};

export function fakeComplete(query: string, cursor: number, past: readonly { query: string }[]): CompletionView[] {
  const before = query.slice(0, cursor);
  const start = before.search(/[^\s]*$/);
  const word = before.slice(start);
  const value = /^([a-z_]+):(.*)$/.exec(word);
  const kinds = value && (value[1] === "type" || value[1] === "kind") ? ["audio", "code", "document", "email", "image", "pdf", "spreadsheet", "video"] : [];
  const one = (label: string, kind: string, detail: string, insert: string, from = start) => ({ label, kind, detail, insert, start: from, end: cursor });
  return [
    ...kinds.filter((kind) => kind.startsWith(value?.[2] ?? "")).map((kind) => one(kind, "value", "", `${value?.[1] ?? ""}:${kind} `)),
    ...(value ? [] : Object.entries(NAMES).filter(([name]) => name.startsWith(word)).map(([name, detail]) => one(`${name}:`, "operator", detail, `${name}:`))),
    ...past.filter((entry) => before !== "" && entry.query.startsWith(before) && entry.query !== before).map((entry) => one(entry.query, "history", "", entry.query, 0)),
  ];
}

/** As much text as the real one shows at once, counted in characters. */
const WINDOW = 200_000;

export function fakePreview(document: FakeDocument, query: string, from: number | null, now: number): PreviewView {
  const first = find(document.text, parse(query).words)[0]?.[0] ?? 0;
  const start = from ?? (first < WINDOW / 2 ? 0 : first - 4_000);
  const text = document.text.slice(start, start + WINDOW);
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
    text,
    textStart: start,
    truncated: text.length < document.text.length,
    highlights: find(text, parse(query).words),
  };
}
