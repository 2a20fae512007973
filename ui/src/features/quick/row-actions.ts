import { AppWindow, BookmarkPlus, ClipboardCopy, ClipboardList, ClipboardType, CornerDownLeft, Eye, FolderOpen, Mail, Play, Search, Settings, Sparkles, SquareArrowOutUpRight, Trash2, type LucideIcon } from "lucide-react";
import type { Action } from "./action-menu";
import type { QuickRow } from "./rows";
import { KEYS } from "./shortcuts";

/** What the screen can do; the lists below say for which row, under which name and key. */
export interface Deeds {
  run: () => void;
  openWith: () => void;
  reveal: () => void;
  preview: () => void;
  copyPath: () => void;
  copyPassage: () => void;
  copyWhole: () => void;
  copyAll: () => void;
  share: () => void;
  similar: () => void;
  remove: () => void;
  save: () => void;
  inMain: () => void;
  settings: () => void;
}

interface Offer {
  deed: keyof Deeds;
  label: string;
  icon: LucideIcon;
  shortcut: string;
  opens?: boolean;
}

/** What Enter does with a row, as the footer says it. */
export function mainLabel(row: QuickRow): string {
  switch (row.kind) {
    case "hit":
      return row.hit.archive === null ? "Open" : "Open archive";
    case "answer":
      return "Copy result";
    case "program":
      return "Start";
    case "command":
      return "Run";
    case "saved":
    case "past":
      return "Search";
  }
}

function offersOf(row: QuickRow): Offer[] {
  const main: Offer = { deed: "run", label: mainLabel(row), icon: row.kind === "hit" ? SquareArrowOutUpRight : row.kind === "answer" ? ClipboardCopy : row.kind === "program" ? Play : row.kind === "command" ? CornerDownLeft : Search, shortcut: KEYS.run };
  switch (row.kind) {
    case "hit":
      return [
        main,
        { deed: "openWith", label: "Open with…", icon: AppWindow, shortcut: KEYS.openWith, opens: true },
        { deed: "reveal", label: "Show in folder", icon: FolderOpen, shortcut: KEYS.reveal },
        { deed: "preview", label: "Preview", icon: Eye, shortcut: KEYS.preview },
        { deed: "copyPath", label: "Copy path", icon: ClipboardCopy, shortcut: KEYS.copyPath },
        ...(row.hit.snippet ? [{ deed: "copyPassage", label: "Copy passage", icon: ClipboardType, shortcut: KEYS.copyPassage } as const] : []),
        { deed: "copyAll", label: "Copy all text", icon: ClipboardList, shortcut: KEYS.copyAll },
        { deed: "share", label: "Send by mail", icon: Mail, shortcut: KEYS.share },
        { deed: "similar", label: "Find similar", icon: Sparkles, shortcut: KEYS.similar },
      ];
    case "answer":
      return [main, { deed: "copyWhole", label: "Copy question and result", icon: ClipboardType, shortcut: KEYS.copyPassage }];
    case "saved":
      return [main, { deed: "remove", label: "Delete saved search", icon: Trash2, shortcut: KEYS.remove }];
    case "past":
      return [main, { deed: "remove", label: "Forget this search", icon: Trash2, shortcut: KEYS.remove }];
    default:
      return [main];
  }
}

/** Everything that can be done now: with the selected row, with the search, and besides. */
export function actionsFor(row: QuickRow | null, hasQuery: boolean, deeds: Deeds): Action[] {
  const canSave = hasQuery || row?.kind === "past";
  const offers: Offer[] = [
    ...(row ? offersOf(row) : []),
    ...(canSave ? [{ deed: "save", label: "Save this search", icon: BookmarkPlus, shortcut: KEYS.save } as const] : []),
    { deed: "inMain", label: "Search in the main window", icon: Search, shortcut: KEYS.inMain },
    { deed: "settings", label: "Settings", icon: Settings, shortcut: KEYS.settings },
  ];
  return offers.map(({ deed, ...offer }) => ({ ...offer, id: deed, run: deeds[deed] }));
}
