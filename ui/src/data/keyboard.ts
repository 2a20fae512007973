// Shortcuts as data: what is listed on the `?` sheet is what tooltips say.

import { useEffect, useRef } from "react";

export interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

/** Whether a press is the given shortcut, written as `Mod+Shift+C`. Mod is Cmd on macOS, Ctrl elsewhere. */
export function isShortcut(event: KeyPress, shortcut: string, isMac: boolean): boolean {
  const parts = shortcut.split("+");
  const key = parts.pop() ?? "";
  const wants = (name: string) => parts.includes(name);
  const ctrl = wants("Ctrl") || (wants("Mod") && !isMac);
  const meta = wants("Meta") || (wants("Mod") && isMac);
  return (
    event.key.toLowerCase() === key.toLowerCase() &&
    event.ctrlKey === ctrl &&
    event.metaKey === meta &&
    event.altKey === wants("Alt") &&
    event.shiftKey === wants("Shift")
  );
}

export function shortcutLabel(shortcut: string, isMac: boolean): string {
  return shortcutKeys(shortcut, isMac).join(isMac ? "" : "+");
}

const MAC_KEYS: Readonly<Record<string, string>> = { Mod: "⌘", Ctrl: "⌃", Alt: "⌥", Shift: "⇧", Enter: "↩" };
const KEY_NAMES: Readonly<Record<string, string>> = { Mod: "Ctrl", " ": "Space", ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc", Enter: "Enter" };

export function shortcutKeys(shortcut: string, isMac: boolean): string[] {
  return shortcut.split("+").map((part) => (isMac ? MAC_KEYS[part] : undefined) ?? KEY_NAMES[part] ?? part);
}

export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));
}

/** Listens to the whole window for as long as the component is there. */
export function useWindowKeys(handle: (event: KeyboardEvent) => void): void {
  const latest = useRef(handle);
  useEffect(() => {
    latest.current = handle;
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      latest.current(event);
    };
    window.addEventListener("keydown", listener);
    return () => {
      window.removeEventListener("keydown", listener);
    };
  }, []);
}
