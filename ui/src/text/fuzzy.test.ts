import { expect, it } from "vitest";
import { isOneTypoAway, matchName } from "./fuzzy";

it.each([
  ["Firefox", "Firefox", "exact", [[0, 7]]],
  ["firefox", "Firefox", "exact", [[0, 7]]],
  ["fire", "Firefox", "prefix", [[0, 4]]],
  ["editor", "Text Editor", "word", [[5, 11]]],
  ["te", "Text Editor", "prefix", [[0, 2]]],
  ["txe", "Text Editor", null, []],
  ["vsc", "Visual Studio Code", "initials", [[0, 1], [7, 8], [14, 15]]],
  ["vscode", "Visual Studio Code", "initials", [[0, 1], [7, 8], [14, 18]]],
  ["texed", "Text Editor", "initials", [[0, 3], [5, 7]]],
  ["vis code", "Visual Code", "initials", [[0, 3], [7, 11]]],
  ["Ubersicht", "Übersicht", "exact", [[0, 9]]],
  ["note", "Text Editor", "keyword", []],
  ["firefix", "Firefox", "typo", []],
  ["fierfox", "Firefox", "typo", []],
  ["f", "Firefox", null, []],
  ["fox", "Firefox", null, []],
  ["lease agreement", "Text Editor", null, []],
  ["  ", "Text Editor", null, []],
] as const)("finds %j in %s as %s", (query, name, kind, highlights) => {
  const match = matchName(query, name, ["notepad"]);
  expect([match?.kind ?? null, match?.highlights ?? []]).toEqual([kind, highlights]);
});

it.each([
  ["atom", "atmo", true],
  ["atom", "atoms", true],
  ["atom", "tom", true],
  ["atom", "atem", true],
  ["atom", "atom", false],
  ["atom", "mota", false],
])("from %s to %s it is one typing error: %s", (a, b, expected) => {
  expect(isOneTypoAway(a, b)).toBe(expected);
});
