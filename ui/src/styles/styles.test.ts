import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";

const SOURCES = resolve(import.meta.dirname, "..");

it("gives each class its look in one style sheet", () => {
  const sheets = new Map<string, string[]>();
  for (const sheet of readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".css"))) {
    for (const [, name = ""] of readFileSync(resolve(SOURCES, sheet), "utf8").matchAll(/^\.([\w-]+) \{/gm)) {
      sheets.set(name, [...new Set([...(sheets.get(name) ?? []), sheet])]);
    }
  }
  expect(sheets.size).toBeGreaterThan(100);
  expect([...sheets].filter(([, where]) => where.length > 1)).toEqual([]);
});
