// From a key press to the name that the desktop shell understands: `Ctrl+Shift+Space`.

const CODES: Readonly<Record<string, string>> = {
  Space: "Space",
  Enter: "Enter",
  Tab: "Tab",
  Backspace: "Backspace",
  Delete: "Delete",
  Insert: "Insert",
  Home: "Home",
  End: "End",
  PageUp: "PageUp",
  PageDown: "PageDown",
  ArrowUp: "Up",
  ArrowDown: "Down",
  ArrowLeft: "Left",
  ArrowRight: "Right",
  Minus: "-",
  Equal: "=",
  Comma: ",",
  Period: ".",
  Slash: "/",
  Backslash: "\\",
  Semicolon: ";",
  Quote: "'",
  Backquote: "`",
  BracketLeft: "[",
  BracketRight: "]",
};

interface Press {
  code: string;
  ctrlKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  metaKey: boolean;
}

function keyName(code: string): string | null {
  const letter = /^Key([A-Z])$/.exec(code)?.[1] ?? /^Digit(\d)$/.exec(code)?.[1];
  if (letter) return letter;
  if (/^F([1-9]|1\d|2[0-4])$/.test(code)) return code;
  return CODES[code] ?? null;
}

export type Recorded = { kind: "waiting"; held: string[] } | { kind: "refused"; reason: string } | { kind: "done"; hotkey: string };

/** What a key press in the recorder means. The key's place counts, not its letter: layouts differ, shortcuts should not. */
export function recordHotkey(press: Press): Recorded {
  const held = [press.ctrlKey ? "Ctrl" : null, press.altKey ? "Alt" : null, press.shiftKey ? "Shift" : null, press.metaKey ? "Super" : null].filter((name) => name !== null);
  if (/^(Control|Alt|Shift|Meta|OS)/.test(press.code)) return { kind: "waiting", held };
  const key = keyName(press.code);
  if (!key) return { kind: "refused", reason: "This key cannot be part of a shortcut. Take another one." };
  const isFunctionKey = /^F\d/.test(key);
  if (!isFunctionKey && !press.ctrlKey && !press.altKey && !press.metaKey) {
    return { kind: "refused", reason: "Hold Ctrl, Alt or Super with it: the key alone would be lost to every other program." };
  }
  return { kind: "done", hotkey: [...held, key].join("+") };
}
