// What the fake core remembers of a person: past searches, kept ones; and the programs that are installed.

import type { HistoryEntryView, HistoryNoteRequest, InsightsView, ProgramView, SavedPutRequest, SavedSearchView } from "../index";

export const PROGRAMS: readonly ProgramView[] = [
  { id: "org.gnome.Papers", name: "Papers", detail: "Document viewer", keywords: ["pdf", "document"], isDefault: true },
  { id: "org.gnome.TextEditor", name: "Text Editor", detail: "Edit text files", keywords: ["write", "notepad"], isDefault: false },
  { id: "firefox", name: "Firefox", detail: "Web browser", keywords: ["web", "internet"], isDefault: false },
  { id: "org.gnome.Calculator", name: "Calculator", detail: "Perform calculations", keywords: ["arithmetic"], isDefault: false },
];

interface Entry extends HistoryEntryView {
  tookMs: number[];
  ranks: number[];
}

export class FakePersonal {
  entries: Entry[] = [];
  saved: SavedSearchView[] = [];
  /** Searches a day before today. */
  days: number[] = Array.from({ length: 29 }, () => 0);
  private made = 0;

  /** Of someone who has used Atom for a while. */
  seed(now: number): void {
    const day = 86_400_000;
    const past: readonly [string, number, number, number][] = [["lease notice", 0.1, 5, 1], ["type:pdf invoice", 0.4, 9, 3], ["xylophone lessons", 2, 2, 0], ["budget 2026", 3, 12, 2], ["who repairs the heating", 6, 1, 4], ["sourdough", 11, 3, 1]];
    this.entries = past.map(([query, daysAgo, count, total]) => ({ query, at: now - daysAgo * day, count, total, tookMs: [4, 6, 7, 19], ranks: [1, 1, 2] }));
    this.days = Array.from({ length: 29 }, (_, index) => (index * 7 + 3) % 11 % 6);
    this.saved = [
      { id: "s1", name: "Unpaid invoices", query: "type:pdf invoice", notify: true, fresh: 3, at: now - 20 * day },
      { id: "s2", name: "Recipes with lentils", query: "path:Recipes lentil", notify: false, fresh: 0, at: now - 90 * day },
    ];
  }

  note({ query, total, tookMs, rank }: HistoryNoteRequest, at: number): void {
    const before = this.entries.find((one) => one.query === query);
    this.entries = [
      { query, at, total, count: (before?.count ?? 0) + 1, tookMs: [...(before?.tookMs ?? []), tookMs], ranks: [...(before?.ranks ?? []), ...(rank === null ? [] : [rank])] },
      ...this.entries.filter((one) => one.query !== query),
    ];
  }

  list(prefix: string, limit: number): HistoryEntryView[] {
    return this.entries.filter((one) => one.query.startsWith(prefix) || one.query.includes(` ${prefix}`)).slice(0, limit).map(({ query, at, count, total }) => ({ query, at, count, total }));
  }

  forget(query: string | null): void {
    this.entries = query === null ? [] : this.entries.filter((one) => one.query !== query);
  }

  insights(): InsightsView {
    const times = this.entries.flatMap((one) => one.tookMs).sort((a, b) => a - b);
    const ranks = this.entries.flatMap((one) => one.ranks).sort((a, b) => a - b);
    const searches = this.entries.reduce((sum, one) => sum + one.count, 0);
    const share = (list: readonly number[], part: number) => list[Math.floor((list.length - 1) * part)] ?? null;
    const often = [...this.entries].sort((a, b) => b.count - a.count).map(({ query, at, count, total }) => ({ query, at, count, total }));
    return {
      searches,
      since: this.entries.at(-1)?.at ?? null,
      opened: ranks.length,
      medianRank: share(ranks, 0.5),
      medianMs: share(times, 0.5),
      p95Ms: share(times, 0.95),
      vain: often.filter((one) => one.total === 0),
      frequent: often.slice(0, 10),
      days: [...this.days, searches],
    };
  }

  put({ id, name, query, notify }: SavedPutRequest, at: number): SavedSearchView {
    const before = this.saved.find((one) => one.id === id);
    this.made += before ? 0 : 1;
    const kept = { id: before?.id ?? String(this.made), name, query, notify, fresh: 0, at: before?.at ?? at };
    this.saved = before ? this.saved.map((one) => (one === before ? kept : one)) : [...this.saved, kept];
    return kept;
  }

  remove(id: string): void {
    this.saved = this.saved.filter((one) => one.id !== id);
  }

  seen(id: string): void {
    this.saved = this.saved.map((one) => (one.id === id ? { ...one, fresh: 0 } : one));
  }
}
