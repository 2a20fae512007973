import { expect, it } from "vitest";
import { isShortcut, shortcutLabel } from "./keyboard";

const press = (key: string, held = "") => ({ key, ctrlKey: held.includes("c"), metaKey: held.includes("m"), altKey: held.includes("a"), shiftKey: held.includes("s") });

it.each([
  ["Mod+K", press("k", "c"), false, true],
  ["Mod+K", press("k", "m"), true, true],
  ["Mod+K", press("k", "c"), true, false],
  ["Mod+K", press("k", "cs"), false, false],
  ["Mod+Shift+C", press("C", "cs"), false, true],
  ["Ctrl+N", press("n", "c"), true, true],
  ["Enter", press("Enter"), false, true],
  ["Enter", press("Enter", "c"), false, false],
  ["Mod+,", press(",", "c"), false, true],
])("%s against %j on mac %s", (shortcut, event, isMac, expected) => {
  expect(isShortcut(event, shortcut, isMac)).toBe(expected);
});

it("names keys as the system does", () => {
  expect([shortcutLabel("Mod+Shift+C", false), shortcutLabel("Mod+Shift+C", true)]).toEqual(["Ctrl+Shift+C", "⌘⇧C"]);
});
