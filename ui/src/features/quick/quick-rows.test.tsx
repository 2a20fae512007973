import { screen, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import { expectAccessible, renderScreen } from "../../testing/render";
import { QuickScreen } from "./quick-screen";

const box = () => screen.getByRole<HTMLInputElement>("combobox", { name: "Quick search" });
const options = () => screen.getAllByRole("option");
const selected = () => options().find((row) => row.getAttribute("aria-selected") === "true");
const titles = () => options().map((row) => row.querySelector(".title")?.textContent);

async function quick(query = "", start = "open") {
  const view = renderScreen(<QuickScreen />, { start });
  await screen.findAllByRole("option");
  await view.settled();
  if (query) {
    await view.user.type(box(), query);
    await waitFor(() => expect(view.callsOf("search").at(-1)).toMatchObject([{ query, mode: "hybrid" }]));
    await view.settled();
  }
  return view;
}

it("answers a sum first, and Enter copies it", async () => {
  const { user, callsOf } = await quick("3 km in m");
  expect(options()[0]?.textContent).toContain("= 3,000\u00a0m");
  await expectAccessible();
  await user.keyboard("{Enter}");
  expect(callsOf("copyText")).toEqual([["3000 m"]]);
  expect(await screen.findByText("Result copied")).toBeTruthy();
  expect(callsOf("hideQuick")).toEqual([]);
  await user.keyboard("{Control>}{Shift>}C{/Shift}{/Control}");
  expect(callsOf("copyText")[1]).toEqual(["3 km in m = 3000 m"]);
});

it("says below a sum that no file has it", async () => {
  await quick("17*3");
  expect(options()).toHaveLength(1);
  expect(screen.getByText("Nothing found in your files")).toBeTruthy();
});

it("starts a program, asked for its list once", async () => {
  const { user, callsOf } = await quick("firefox");
  expect(titles()[0]).toBe("Firefox");
  await user.keyboard("{Enter}");
  await waitFor(() => expect(callsOf("hideQuick")).toHaveLength(1));
  expect(callsOf("launchProgram")).toEqual([["firefox"]]);
  expect(callsOf("programs")).toHaveLength(1);
});

it("stays and says why when a program does not start", async () => {
  const { user, callsOf, platform } = await quick("firefox");
  platform.fail("launchProgram", "not-found", "firefox is no longer installed");
  await user.keyboard("{Enter}");
  expect(await screen.findByText("Firefox is no longer installed.")).toBeTruthy();
  expect(callsOf("hideQuick")).toEqual([]);
});

it.each([
  ["settings", "/settings"],
  ["preferences", "/settings"],
  ["security", "/settings?at=security"],
  ["backups", "/settings?at=backup"],
  ["sources", "/sources"],
  ["activity", "/activity"],
  ["add a folder", "/sources?add=1"],
  ["dark mode", "/settings?at=theme"],
  ["search history", "/settings?at=history"],
])("runs %j", async (query, route) => {
  const { user, callsOf } = await quick(query);
  const row = options().find((option) => option.textContent.endsWith("Atom") || option.querySelector(".origin")?.textContent === "Atom");
  if (!row) throw new Error("there is no command");
  await user.click(row);
  expect(callsOf("openMain")).toEqual([[route]]);
  expect(callsOf("hideQuick")).toHaveLength(1);
});

it("pauses, says so, and offers to resume", async () => {
  const { user, callsOf, emit, platform } = await quick("pause");
  await user.keyboard("{Enter}");
  expect(await screen.findByText("Indexing is paused")).toBeTruthy();
  expect(callsOf("pause")).toHaveLength(1);
  expect(box().value).toBe("");
  await emit("indexProgressed", platform.state.status());
  await user.type(box(), "resume");
  await screen.findByText("indexing");
  await user.keyboard("{Enter}");
  await waitFor(() => expect(callsOf("resume")).toHaveLength(1));
});

it("locks", async () => {
  const { user, callsOf } = await quick("lock atom");
  await user.keyboard("{Enter}");
  expect(await screen.findByRole("heading", { name: "Atom is locked" })).toBeTruthy();
  expect([callsOf("vaultLock").length, callsOf("hideQuick").length]).toEqual([1, 1]);
});

it("shows recent files, saved searches with their new matches, and past searches", async () => {
  await quick("", "used");
  expect(screen.getByRole("listbox", { name: "Recent files and searches" })).toBeTruthy();
  expect(screen.getByRole("option", { name: /Saved search\s*Unpaid invoices.*3 new/ })).toBeTruthy();
  expect(screen.getByRole("option", { name: /Past search\s*xylophone lessons.*nothing found/ })).toBeTruthy();
  await expectAccessible();
});

it("searches for a saved search, whose new matches are then seen", async () => {
  const { user, callsOf } = await quick("", "used");
  await user.keyboard("{Control>}6{/Control}");
  await waitFor(() => expect(callsOf("search").at(-1)).toMatchObject([{ query: "type:pdf invoice" }]));
  expect(callsOf("savedSearchSeen")).toEqual([["s1"]]);
});

it.each([["by key"], ["by button"]])("forgets a past search %s", async (how) => {
  const { user, callsOf } = await quick("", "used");
  if (how === "by key") {
    await user.keyboard("{ArrowDown>8/}{Shift>}{Delete}{/Shift}");
  } else {
    await user.click(screen.getByRole("button", { name: "Forget “xylophone lessons”" }));
  }
  await waitFor(() => expect(callsOf("forgetHistory")).toEqual([["xylophone lessons"]]));
  await waitFor(() => expect(titles()).not.toContain("xylophone lessons"));
  if (how === "by key") expect(selected()?.querySelector(".title")?.textContent).toBe("budget 2026");
});

it("deletes a saved search by key, and takes it back", async () => {
  const { user, callsOf } = await quick("", "used");
  await user.keyboard("{ArrowDown>6/}{Shift>}{Delete}{/Shift}");
  await waitFor(() => expect(callsOf("removeSavedSearch")).toEqual([["s2"]]));
  await user.click(await screen.findByRole("button", { name: "Undo" }));
  await waitFor(() => expect(callsOf("saveSearch")).toMatchObject([[{ id: null, name: "Recipes with lentils" }]]));
});

it("walks through past searches as a shell does", async () => {
  const { user } = await quick("", "used");
  await user.keyboard("{ArrowUp}");
  expect(box().value).toBe("lease notice");
  expect(screen.getByText("Past search 1 of 6: ↑ older")).toBeTruthy();
  await user.keyboard("{ArrowUp}{ArrowUp}");
  await waitFor(() => expect(box().value).toBe("xylophone lessons"));
  await user.keyboard("{ArrowUp}");
  expect(box().value).toBe("budget 2026");
  await user.keyboard("{ArrowDown}");
  expect(box().value).toBe("xylophone lessons");
  await user.keyboard("{Escape}");
  expect(box().value).toBe("");
  expect(screen.queryByText(/^Past search \d/)).toBeNull();
});

it("goes from the newest past search into its results with Down", async () => {
  const { user, settled } = await quick("", "used");
  await user.keyboard("{ArrowUp}");
  await screen.findByRole("listbox", { name: "Results" });
  await settled();
  await user.keyboard("{ArrowDown}");
  expect(box().value).toBe("lease notice");
  expect(screen.queryByText(/^Past search \d/)).toBeNull();
});

it("ends a walk with an edit, after which the newest comes first again", async () => {
  const { user } = await quick("", "used");
  await user.keyboard("{ArrowUp}{ArrowUp}{ArrowUp}{ArrowUp}");
  expect(box().value).toBe("budget 2026");
  await user.keyboard("s");
  expect(screen.queryByText(/^Past search \d/)).toBeNull();
  await user.keyboard("{ArrowUp}");
  expect(box().value).toBe("budget 2026s");
  await user.clear(box());
  await user.keyboard("{ArrowUp}");
  expect(box().value).toBe("lease notice");
});

it("begins anew with the past search that was changed, and comes back to it", async () => {
  const { user } = await quick("", "used");
  await user.keyboard("{ArrowUp}{ArrowUp}{ArrowUp}{Backspace>8/}");
  expect(box().value).toBe("xylophone");
  expect(screen.queryByText(/^Past search \d/)).toBeNull();
  await user.keyboard("{ArrowUp}");
  expect(box().value).toBe("xylophone lessons");
  expect(screen.getByText("Past search 1 of 1: ↑ older, ↓ what you typed")).toBeTruthy();
  await user.keyboard("{ArrowDown}");
  expect(box().value).toBe("xylophone");
});

it("finds a past search that goes with what is typed with Ctrl+R", async () => {
  const { user } = await quick("", "used");
  await user.type(box(), "heat");
  await user.keyboard("{Control>}r{/Control}");
  expect(box().value).toBe("who repairs the heating");
});

it("stays at the oldest, and does nothing where nothing is remembered", async () => {
  const { user } = await quick();
  await user.keyboard("{ArrowUp}");
  expect(box().value).toBe("");
});
