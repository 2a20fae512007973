import type { Theme } from "../platform";

const KEY = "atom.theme";

/** Applies a theme now, and remembers it for the first paint of the next start. */
export function applyTheme(theme: Theme): void {
  const root = document.documentElement;
  if (theme === "system") delete root.dataset["theme"];
  else root.dataset["theme"] = theme;
  try {
    if (theme === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Without storage the next start flashes once; nothing else is lost.
  }
}
