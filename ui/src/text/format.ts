// Sizes, dates and numbers as the user's locale writes them, and messages as sentences.

const number = new Intl.NumberFormat();
const percent = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 0 });
const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto", style: "short" });
const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
const sizes = units.map((unit) => new Intl.NumberFormat(undefined, { style: "unit", unit, unitDisplay: unit === "byte" ? "long" : "short", maximumFractionDigits: unit === "byte" ? 0 : 1 }));

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function formatCount(count: number): string {
  return number.format(count);
}

/** "1 file", "2,431 files". */
export function countOf(count: number, one: string, many: string): string {
  return `${number.format(count)} ${count === 1 ? one : many}`;
}

export function formatSize(bytes: number): string {
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 1000 && unit < sizes.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return sizes[unit]?.format(value) ?? String(bytes);
}

export function formatAbsolute(ms: number): string {
  return Number.isFinite(ms) ? absolute.format(ms) : "";
}

/** Short and to the second, for lists: "21 Nov 2026, 09:59:12". */
export function formatMoment(ms: number): string {
  return Number.isFinite(ms) ? moment.format(ms) : "";
}

/** "5 min. ago", "yesterday", "3 mo. ago". */
export function formatAge(ms: number, now: number): string {
  if (!Number.isFinite(ms)) return "";
  const past = ms - now;
  const size = Math.abs(past);
  if (size < MINUTE) return relative.format(0, "second");
  if (size < HOUR) return relative.format(Math.trunc(past / MINUTE), "minute");
  if (size < DAY) return relative.format(Math.trunc(past / HOUR), "hour");
  if (size < 30 * DAY) return relative.format(Math.trunc(past / DAY), "day");
  if (size < 365 * DAY) return relative.format(Math.trunc(past / (30 * DAY)), "month");
  return relative.format(Math.trunc(past / (365 * DAY)), "year");
}

/** Share that is done; never 100 % before it is. An empty job is done. */
export function shareDone(done: number, total: number): number {
  if (total <= 0) return 1;
  const share = Math.min(1, Math.max(0, done / total));
  return done < total ? Math.min(share, 0.99) : share;
}

export function formatShare(done: number, total: number): string {
  return percent.format(shareDone(done, total));
}

/** "14 min", "1 h 5 min", "20 s": an estimate, so it is never more precise than it can be. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return "";
  if (seconds < 60) return unit(Math.max(1, Math.round(seconds)), "second");
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return unit(minutes, "minute");
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return rest === 0 || hours >= 10 ? unit(hours, "hour") : `${unit(hours, "hour")} ${unit(rest, "minute")}`;
}

function unit(value: number, name: "second" | "minute" | "hour"): string {
  return new Intl.NumberFormat(undefined, { style: "unit", unit: name, unitDisplay: "short" }).format(value);
}

/** The core's messages begin small and end without a full stop, so that they can be strung together. */
export function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
