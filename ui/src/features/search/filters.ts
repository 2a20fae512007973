// Filters are written into the query as operators: one language, one place that understands it.

export interface Filters {
  kind: string;
  date: string;
  folder: string;
}

export const DATES: readonly { value: string; label: string; operator: string }[] = [
  { value: "today", label: "Today", operator: "date:today" },
  { value: "week", label: "Past 7 days", operator: "newer_than:7d" },
  { value: "month", label: "Past 30 days", operator: "newer_than:30d" },
  { value: "year", label: "Past year", operator: "newer_than:1y" },
  { value: "older", label: "Older than a year", operator: "older_than:1y" },
];

/** A path as a value: quoted; a quotation mark inside, which the language cannot escape, becomes a wildcard. */
function quoted(path: string): string {
  return `"${path.replaceAll('"', "?")}"`;
}

export function composeQuery(query: string, filters: Filters): string {
  if (query.trim() === "" && !filters.kind && !filters.date && !filters.folder) return "";
  const operators = [
    filters.kind ? `type:${filters.kind}` : null,
    DATES.find((date) => date.value === filters.date)?.operator ?? null,
    filters.folder ? `path:${quoted(filters.folder)}` : null,
  ].filter((operator) => operator !== null);
  // Alternatives in the text must not swallow the filters.
  const text = operators.length > 0 && /\||\bOR\b/.test(query) ? `(${query})` : query;
  return [text, ...operators].filter((part) => part !== "").join(" ");
}
