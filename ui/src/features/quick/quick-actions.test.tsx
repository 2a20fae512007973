import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { navigate, routeTo } from "../../data/route";
import type { HitView } from "../../platform";
import { expectAccessible, renderScreen } from "../../testing/render";
import { QuickScreen } from "./quick-screen";
import { actionsFor, type Deeds } from "./row-actions";
import type { QuickRow } from "./rows";
import { KEYS, QUICK_SHEET } from "./shortcuts";

const box = () => screen.getByRole<HTMLInputElement>("combobox", { name: "Quick search" });
const results = () => within(screen.getByRole("listbox", { name: "Results" })).getAllByRole("option");
const filter = () => screen.getByRole<HTMLInputElement>("combobox", { name: "Find in: Actions" });
const labels = (menu = "Actions") => within(screen.getByRole("dialog", { name: menu })).getAllByRole("option").map((option) => option.querySelector(".grow")?.textContent);

async function quick(query = "lease") {
  const view = renderScreen(<QuickScreen />);
  await screen.findAllByRole("option");
  await view.user.type(box(), query);
  await screen.findByRole("listbox", { name: "Results" });
  await view.settled();
  return { ...view, id: results()[0]?.id.split("-").at(-1) ?? "" };
}

it("offers all actions on Ctrl+K, and gives the focus back", async () => {
  const { user } = await quick();
  await user.keyboard("{Control>}k{/Control}");
  await expectAccessible();
  expect(labels()).toEqual(["Open", "Open with…", "Show in folder", "Preview", "Copy path", "Copy passage", "Copy all text", "Send by mail", "Find similar", "Save this search", "Search in the main window", "Settings"]);
  await user.keyboard("{Escape}");
  expect(screen.queryByRole("dialog", { name: "Actions" })).toBeNull();
  expect(document.activeElement).toBe(box());
});

it("finds an action by typing, and runs it", async () => {
  const { user, callsOf, id } = await quick();
  await user.keyboard("{Control>}k{/Control}");
  expect(filter().placeholder).toBe("Find an action");
  await user.keyboard("copy");
  expect(document.activeElement).toBe(filter());
  expect(labels()).toEqual(["Copy path", "Copy passage", "Copy all text"]);
  await user.keyboard(" te{Enter}");
  await waitFor(() => expect(callsOf("copyAll")).toEqual([[id]]));
  expect(await screen.findByText("All text copied")).toBeTruthy();
  expect(screen.queryByRole("dialog")).toBeNull();
});

it("says so when no action is called so, and takes keys of actions in the menu too", async () => {
  const { user, callsOf, id } = await quick();
  await user.keyboard("{Control>}k{/Control}xyz{Enter}");
  expect(screen.getByText("No action is called so.")).toBeTruthy();
  await user.keyboard("{Control>}{Shift>}M{/Shift}{/Control}");
  await waitFor(() => expect(callsOf("share")).toEqual([[id]]));
});

it.each([
  ["{Control>}{Shift>}A{/Shift}{/Control}", "copyAll", false],
  ["{Control>}{Shift>}M{/Shift}{/Control}", "share", true],
])("does what %s stands for", async (keys, command, hides) => {
  const { user, callsOf, id } = await quick();
  await user.keyboard(keys);
  await waitFor(() => expect(callsOf(command)).toEqual([[id]]));
  await waitFor(() => expect(callsOf("noteSearch")).toHaveLength(1));
  expect(callsOf("hideQuick")).toHaveLength(hides ? 1 : 0);
});

it("finds similar files, and the whole search, in the main window", async () => {
  const { user, callsOf, id } = await quick();
  await user.keyboard("{Control>}{Shift>}S{/Shift}{/Control}");
  await user.keyboard("{Shift>}{Enter}{/Shift}");
  expect(callsOf("openMain")).toEqual([[`/search?like=${id}`], ["/search?q=lease"]]);
});

it("goes to the main window as results are listed there", async () => {
  navigate(routeTo("search", { q: "rent", sort: "newest", group: "folder", facets: "shown" }));
  window.history.replaceState(null, "", "/");
  const { user, callsOf } = await quick();
  await user.keyboard("{Shift>}{Enter}{/Shift}");
  expect(callsOf("openMain")).toEqual([["/search?q=lease&sort=newest&group=folder&facets=shown"]]);
});

it("opens with another program, the usual one first", async () => {
  const { user, callsOf, id } = await quick();
  await user.keyboard("{Control>}o{/Control}");
  await screen.findByRole("option", { name: /Papers usual/ });
  await expectAccessible();
  expect(labels("Open with…")).toEqual(["Papers usual", "Text Editor"]);
  await user.keyboard("text{Enter}");
  await waitFor(() => expect(callsOf("openWith")).toEqual([[id, "org.gnome.TextEditor"]]));
  await waitFor(() => expect(callsOf("hideQuick")).toHaveLength(1));
});

it("goes back from the programs to the actions, and from there to the box", async () => {
  const { user } = await quick();
  await user.keyboard("{Control>}k{/Control}{ArrowDown}{ArrowRight}");
  await screen.findByRole("dialog", { name: "Open with…" });
  await user.keyboard("{ArrowLeft}");
  expect(document.activeElement).toBe(filter());
  await user.keyboard("{ArrowDown}{Enter}");
  await screen.findByRole("dialog", { name: "Open with…" });
  await user.keyboard("{Escape}{Escape}");
  expect(document.activeElement).toBe(box());
});

it("says why there are no programs", async () => {
  const { user, platform } = await quick();
  platform.fail("programsFor", "not-found", "this file is no longer there");
  await user.keyboard("{Control>}o{/Control}");
  expect(await screen.findByText("This file is no longer there.")).toBeTruthy();
});

it("saves the search with Ctrl+S", async () => {
  const { user, callsOf } = await quick();
  await user.keyboard("{Control>}s{/Control}");
  await expectAccessible();
  await user.keyboard("Flat{Tab} {Enter}");
  await waitFor(() => expect(callsOf("saveSearch")).toEqual([[{ id: null, name: "Flat", query: "lease", notify: true }]]));
  await waitFor(() => expect(document.activeElement).toBe(box()));
});

it("notes the search, with the place of what was opened", async () => {
  const { user, callsOf, id } = await quick();
  await user.keyboard("{Enter}");
  await waitFor(() => expect(callsOf("noteSearch")).toMatchObject([[{ query: "lease", opened: id, rank: 1 }]]));
});

it("notes nothing where nothing was searched", async () => {
  const { user, callsOf } = renderScreen(<QuickScreen />);
  await screen.findAllByRole("option");
  await user.keyboard("{Enter}");
  await waitFor(() => expect(callsOf("hideQuick")).toHaveLength(1));
  expect(callsOf("noteSearch")).toEqual([]);
});

const ROWS: readonly QuickRow[] = [
  { kind: "hit", id: "1", hit: { id: "1", archive: null, snippet: { text: "x", highlights: [] } } as unknown as HitView },
  { kind: "answer", id: "answer", answer: { question: "1+1", shown: "2", plain: "2", note: null } },
  { kind: "past", id: "past:x", past: { query: "x", at: 0, count: 1, total: 1 } },
  { kind: "saved", id: "saved:x", saved: { id: "x", name: "x", query: "x", notify: false, fresh: 0, at: 0 } },
];

it("has a key for every action, no key twice, and all of them on the sheet", () => {
  const nothing = new Proxy({} as Deeds, { get: () => () => undefined });
  const reserved = ["Escape", "Tab", "ArrowUp", "ArrowDown", "Ctrl+N", "Ctrl+P", KEYS.actions, KEYS.history];
  for (const row of ROWS) {
    const keys = actionsFor(row, true, nothing).map((action) => action.shortcut ?? "");
    expect(keys).not.toContain("");
    expect(new Set([...keys, ...reserved]).size, row.kind).toBe(keys.length + reserved.length);
  }
  const ofBothWindows: string[] = [KEYS.run, KEYS.reveal, KEYS.copyPath, KEYS.copyPassage, KEYS.settings];
  const listed = [...QUICK_SHEET.map(([key]) => key), ...ofBothWindows];
  expect(Object.values(KEYS).filter((key) => !listed.includes(key))).toEqual([]);
});
