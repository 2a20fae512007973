// Which ways there are to show an item, the one that a person sees first at the beginning.

import type { HitView } from "../../platform";

export type Look = "pages" | "rendered" | "table" | "message" | "text";

export interface LookOption {
  value: Look;
  label: string;
}

const TEXT: LookOption = { value: "text", label: "Text" };
const TABLES: readonly string[] = ["csv", "tsv", "tab"];

export function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return name.includes(".") ? name.slice(name.lastIndexOf(".") + 1).toLowerCase() : "";
}

export function looksOf(item: HitView): readonly LookOption[] {
  // A file in an archive has a text, and no page until the archive is opened.
  if (item.kind === "pdf" && item.archive === null) return [{ value: "pages", label: "Pages" }, TEXT];
  if (item.kind === "markdown") return [{ value: "rendered", label: "Rendered" }, TEXT];
  if (item.kind === "email") return [{ value: "message", label: "Message" }, TEXT];
  if (item.kind === "spreadsheet" || TABLES.includes(extensionOf(item.path))) return [{ value: "table", label: "Table" }, TEXT];
  return [TEXT];
}

/** What was chosen for a kind stays chosen as long as the window is there. */
const chosen = new Map<string, Look>();

export function choose(kind: string, look: Look): void {
  chosen.set(kind, look);
}

export function firstLook(item: HitView): Look {
  const looks = looksOf(item);
  const last = chosen.get(item.kind);
  return looks.find((look) => look.value === last)?.value ?? looks[0]?.value ?? "text";
}
