import { Activity, Archive, ChartNoAxesColumn, FolderOpen, FolderPlus, History, Lock, Pause, Play, Plug, ScrollText, Settings, ShieldCheck, SunMoon, type LucideIcon } from "lucide-react";
import { routeTo } from "../../data/route";
import { matchName, matchRank, type Match } from "../../text/fuzzy";

/** What a command does: a page of the main window, or something at once. */
export type Effect = { page: string } | { now: "lock" | "pause" | "resume" };

export interface Command {
  id: string;
  name: string;
  detail: string;
  icon: LucideIcon;
  /** Other words that people look for it by. */
  words: readonly string[];
  effect: Effect;
}

const settings = (at: string | null) => routeTo("settings", { at }).slice(1);

const COMMANDS: readonly Command[] = [
  { id: "settings", name: "Settings", detail: "All of Atom’s settings", icon: Settings, words: ["open settings", "preferences", "options", "configuration", "setup"], effect: { page: settings(null) } },
  { id: "security", name: "Security", detail: "Passphrase, recovery code, keychain, locking", icon: ShieldCheck, words: ["passphrase", "password", "recovery code", "keychain", "encryption", "privacy"], effect: { page: settings("security") } },
  { id: "backups", name: "Backups", detail: "Make one, see them, bring one back", icon: Archive, words: ["back up", "restore", "copies"], effect: { page: settings("backup") } },
  { id: "sources", name: "Sources", detail: "Folders that Atom searches", icon: FolderOpen, words: ["folders", "indexed folders", "files"], effect: { page: routeTo("sources").slice(1) } },
  { id: "activity", name: "Activity", detail: "What is being indexed, and how far it is", icon: Activity, words: ["progress", "jobs", "indexing", "status"], effect: { page: routeTo("activity").slice(1) } },
  { id: "add", name: "Add a folder", detail: "Have another folder searched", icon: FolderPlus, words: ["new folder", "index folder", "add source", "new source"], effect: { page: routeTo("sources", { add: "1" }).slice(1) } },
  { id: "pause", name: "Pause indexing", detail: "Until you resume it", icon: Pause, words: ["stop indexing", "halt", "suspend"], effect: { now: "pause" } },
  { id: "resume", name: "Resume indexing", detail: "It is paused", icon: Play, words: ["continue indexing", "start indexing", "unpause"], effect: { now: "resume" } },
  { id: "lock", name: "Lock Atom", detail: "Until your passphrase is typed", icon: Lock, words: ["lock now", "log out", "sign out", "close vault"], effect: { now: "lock" } },
  { id: "theme", name: "Change theme", detail: "Light, dark, or as the system", icon: SunMoon, words: ["dark mode", "light mode", "appearance", "colours", "colors", "theme"], effect: { page: settings("theme") } },
  { id: "history", name: "Search history", detail: "What you searched, and how to forget it", icon: History, words: ["past searches", "forget searches", "clear history"], effect: { page: settings("history") } },
  { id: "insights", name: "Search insights", detail: "How often, how fast, and what was sought in vain", icon: ChartNoAxesColumn, words: ["statistics", "insights", "analytics"], effect: { page: settings("insights") } },
  { id: "others", name: "Other programs", detail: "Which may ask Atom, and what each of them sees", icon: Plug, words: ["assistants", "mcp", "json-rpc", "api", "tokens"], effect: { page: settings("programs") } },
  { id: "log", name: "Activity log", detail: "What was done to the vault, by whom and when", icon: ScrollText, words: ["audit log", "audit"], effect: { page: routeTo("settings", { show: "log" }).slice(1) } },
];

export interface Named<Thing> {
  thing: Thing;
  match: Match;
}

/** The best first; the shorter name where two are as good, and else the order of the list. */
export function byMatch<Thing extends { name: string }>(a: Named<Thing>, b: Named<Thing>): number {
  return matchRank(a.match.kind) - matchRank(b.match.kind) || a.thing.name.length - b.thing.name.length;
}

/** Things that the query names, and no more than `most` of them. */
export function named<Thing extends { name: string }>(query: string, things: readonly Thing[], wordsOf: (thing: Thing) => readonly string[], most: number): Named<Thing>[] {
  return things
    .flatMap((thing) => {
      const match = matchName(query, thing.name, wordsOf(thing));
      return match ? [{ thing, match }] : [];
    })
    .sort(byMatch)
    .slice(0, most);
}

const MOST = 3;

export function matchCommands(query: string, isPaused: boolean): Named<Command>[] {
  const possible = COMMANDS.filter((command) => command.id !== (isPaused ? "pause" : "resume"));
  return named(query, possible, (command) => command.words, MOST);
}
