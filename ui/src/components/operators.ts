// What Tab completes in a query: names of operators, and values where there are few.

import { KINDS } from "./kind-icon";

const OPERATORS = ["type:", "name:", "path:", "in:", "after:", "before:", "date:", "size:", "ext:", "from:", "to:", "lang:", "newer_than:", "older_than:", "larger:", "smaller:"] as const;

const VALUES: Readonly<Record<string, readonly string[]>> = {
  type: KINDS,
  kind: KINDS,
  date: ["today", "yesterday", "thisweek", "lastweek", "thismonth", "lastmonth"],
  lang: ["english", "german", "french", "spanish", "italian", "portuguese", "dutch", "polish", "russian", "chinese", "japanese"],
  newer_than: ["7d", "30d", "1y"],
  older_than: ["30d", "1y"],
  size: [">1mb", ">10mb", ">100mb", "<100kb"],
};

/** What Tab would add at the end of `text`, or null. */
export function completionOf(text: string): string | null {
  const last = /(?:^|[\s(])-?([^\s()"]*)$/.exec(text)?.[1] ?? "";
  const value = /^([a-z_]+):([^:]*)$/.exec(last);
  if (value) {
    const typed = (value[2] ?? "").split(",").at(-1) ?? "";
    const found = VALUES[value[1] ?? ""]?.find((one) => one.startsWith(typed) && one !== typed);
    return found ? found.slice(typed.length) : null;
  }
  if (last.length < 2) return null;
  const found = OPERATORS.find((one) => one.startsWith(last));
  return found ? found.slice(last.length) : null;
}
