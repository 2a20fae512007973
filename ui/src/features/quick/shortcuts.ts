// The keys of quick search, as data: the menu shows them, the sheet lists them, and a test sees that none is taken twice.

export const KEYS = {
  run: "Enter",
  openWith: "Mod+O",
  reveal: "Mod+Enter",
  preview: "Mod+Y",
  copyPath: "Mod+C",
  copyPassage: "Mod+Shift+C",
  copyAll: "Mod+Shift+A",
  share: "Mod+Shift+M",
  similar: "Mod+Shift+S",
  remove: "Shift+Delete",
  save: "Mod+S",
  inMain: "Shift+Enter",
  settings: "Mod+,",
  actions: "Mod+K",
  history: "Ctrl+R",
} as const;

/** What the sheet says of them, in the order in which they are met. */
export const QUICK_SHEET: readonly (readonly [string, string])[] = [
  ["Mod+1", "Open the first row, up to 9"],
  [KEYS.openWith, "Open with…"],
  [KEYS.preview, "Preview"],
  [KEYS.copyAll, "Copy all text"],
  [KEYS.share, "Send by mail"],
  [KEYS.similar, "Find similar"],
  [KEYS.save, "Save this search"],
  [KEYS.inMain, "Search in the main window"],
  [KEYS.history, "Past searches, also ↑ in an empty box"],
  [KEYS.remove, "Forget a past or saved search"],
  [KEYS.actions, "All actions"],
  ["Escape", "Clear, then hide"],
];
