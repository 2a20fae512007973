import { act, screen, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import { expectAccessible, renderScreen } from "../../testing/render";
import { QuickScreen } from "./quick-screen";

const box = () => screen.getByRole<HTMLInputElement>("combobox", { name: "Quick search" });
const rows = () => screen.getAllByRole("option");
const place = () => rows().findIndex((row) => row.getAttribute("aria-selected") === "true");
const idOf = (index: number) => rows()[index]?.id.split("-").at(-1) ?? "";

async function quick(query = "", options: Parameters<typeof renderScreen>[1] = {}) {
  const view = renderScreen(<QuickScreen />, options);
  await screen.findAllByRole("option");
  if (query) {
    await view.user.type(box(), query);
    await waitFor(() => expect(view.callsOf("search").at(-1)).toMatchObject([{ query, mode: "hybrid" }]));
    await waitFor(() => expect(screen.queryByRole("listbox", { name: "Results" })).not.toBeNull());
    // Until the second answer is merged in, rows may still move.
    await view.settled();
  }
  return view;
}

it("starts with recent files and the first row selected", async () => {
  await quick();
  expect(place()).toBe(0);
  expect(document.activeElement).toBe(box());
  expect(screen.getByRole("listbox", { name: "Recent files" })).toBeTruthy();
  await expectAccessible();
});

it.each([
  ["{ArrowDown}{ArrowDown}", 2],
  ["{Control>}nnn{/Control}", 3],
  ["{ArrowDown}{ArrowDown}{ArrowUp}", 1],
  ["{Control>}nnp{/Control}", 1],
  ["{ArrowUp}", 0],
])("moves with %s to row %d", async (keys, expected) => {
  const { user } = await quick("minutes");
  await user.keyboard(keys);
  expect(place()).toBe(expected);
});

it("opens with Enter and hides", async () => {
  const { user, callsOf } = await quick("minutes");
  await user.keyboard("{ArrowDown}");
  const id = idOf(1);
  await user.keyboard("{Enter}");
  await waitFor(() => expect(callsOf("hideQuick")).toHaveLength(1));
  expect(callsOf("open")).toEqual([[id]]);
});

it("stays and says why when opening fails", async () => {
  const { user, callsOf, platform } = await quick("minutes");
  platform.fail("open", "not-found", "this file is no longer there");
  await user.keyboard("{Enter}");
  expect(await screen.findByText("This file is no longer there.")).toBeTruthy();
  expect(callsOf("hideQuick")).toEqual([]);
});

it("reveals with Ctrl+Enter and opens a row by its number", async () => {
  const { user, callsOf } = await quick("minutes");
  const ids = [idOf(0), idOf(3)];
  await user.keyboard("{Control>}{Enter}{/Control}");
  await user.keyboard("{Control>}4{/Control}");
  await waitFor(() => expect([callsOf("reveal"), callsOf("open")]).toEqual([[[ids[0]]], [[ids[1]]]]));
});

it("copies the path, or the passage with Shift", async () => {
  const { user, callsOf } = await quick("lease");
  const id = idOf(0);
  await user.keyboard("{Control>}c{/Control}");
  expect(callsOf("copyPath")).toEqual([[id]]);
  await user.keyboard("{Control>}{Shift>}C{/Shift}{/Control}");
  expect(callsOf("copyText")[0]?.[0]).toContain("landlord");
  box().select();
  await user.keyboard("{Control>}c{/Control}");
  expect(callsOf("copyPath")).toHaveLength(1);
});

it.each([["{Control>}y{/Control}"], [" "]])("previews with %j, and Escape closes only that", async (keys) => {
  const { user, callsOf } = await quick(keys === " " ? "lease " : "lease");
  await user.keyboard(keys);
  expect(await screen.findByRole("region", { name: "Preview" })).toBeTruthy();
  await screen.findByText(/^1 of /);
  await user.keyboard("{Shift>}{ArrowDown}{/Shift}");
  expect(await screen.findByText(/^2 of /)).toBeTruthy();
  await user.keyboard("{Shift>}{ArrowUp}{/Shift}");
  expect(await screen.findByText(/^1 of /)).toBeTruthy();
  await user.keyboard("{Escape}");
  expect(screen.queryByRole("region", { name: "Preview" })).toBeNull();
  expect(box().value.trim()).toBe("lease");
  expect(callsOf("hideQuick")).toEqual([]);
});

it("takes its keys after a click into the preview too", async () => {
  const { user, callsOf } = await quick("lease");
  const id = idOf(0);
  await user.keyboard("{Control>}y{/Control}");
  await screen.findByText(/^1 of /);
  await user.click(screen.getByRole("document"));
  expect(document.activeElement).not.toBe(box());
  await user.keyboard("{Shift>}{ArrowDown}{/Shift}");
  expect(await screen.findByText(/^2 of /)).toBeTruthy();
  await user.keyboard("{Control>}c{/Control}");
  expect(callsOf("copyPath")).toEqual([[id]]);
  await user.click(screen.getByRole("heading", { level: 2 }));
  expect(document.activeElement).toBe(document.body);
  await user.keyboard("{Escape}");
  expect(screen.queryByRole("region", { name: "Preview" })).toBeNull();
  expect(document.activeElement).toBe(box());
  expect(box().value).toBe("lease");
});

it("leaves a button of the preview its own key", async () => {
  const { user, callsOf } = await quick("lease");
  await user.keyboard("{Control>}y{/Control}");
  await screen.findByText(/^1 of /);
  act(() => { screen.getByRole("button", { name: "Next match" }).focus(); });
  await user.keyboard("{Enter}");
  expect(await screen.findByText(/^2 of /)).toBeTruthy();
  expect(callsOf("open")).toEqual([]);
});

it("says below the preview how the file was found", async () => {
  const { user } = await quick("lease");
  await user.keyboard("{Control>}y{/Control}");
  expect((await screen.findByText(/^Found as no\. \d+ by words/)).tagName).toBe("FOOTER");
});

it("types a space inside a query", async () => {
  await quick("lease agreement");
  expect(box().value).toBe("lease agreement");
  expect(screen.queryByRole("region", { name: "Preview" })).toBeNull();
});

it("clears with Escape, then hides", async () => {
  const { user, callsOf } = await quick("lease");
  await user.keyboard("{Escape}");
  expect(box().value).toBe("");
  expect(callsOf("hideQuick")).toEqual([]);
  await user.keyboard("{Escape}");
  expect(callsOf("hideQuick")).toHaveLength(1);
});

it("opens the settings with Ctrl+comma", async () => {
  const { user, callsOf } = await quick();
  await user.keyboard("{Control>},{/Control}");
  expect(callsOf("openMain")).toEqual([["/settings"]]);
  expect(callsOf("hideQuick")).toHaveLength(1);
});

it("completes with Tab", async () => {
  const { user } = await quick();
  await user.type(box(), "na");
  await user.tab();
  expect(box().value).toBe("name:");
});

it("starts afresh at every showing", async () => {
  const { user, emit } = await quick("lease");
  await user.keyboard("{ArrowDown}{Control>}y{/Control}");
  await emit("quickShown", null);
  expect(box().value).toBe("");
  expect(screen.queryByRole("region", { name: "Preview" })).toBeNull();
  expect(document.activeElement).toBe(box());
  await screen.findByRole("listbox", { name: "Recent files" });
  expect(place()).toBe(0);
});

it("says what is not read yet when nothing is found", async () => {
  const view = renderScreen(<QuickScreen />);
  await screen.findAllByRole("option");
  await view.user.type(box(), "xylophone");
  expect(await screen.findByRole("heading", { name: "Nothing found" })).toBeTruthy();
  expect(screen.getByText(/not read yet/)).toBeTruthy();
  await expectAccessible();
});

it("leads to the main window while the vault is locked", async () => {
  const { user, callsOf } = renderScreen(<QuickScreen />, { start: "locked" });
  await screen.findByRole("heading", { name: "Atom is locked" });
  await expectAccessible();
  await user.keyboard("{Enter}");
  expect(callsOf("openMain")).toEqual([["/search"]]);
  expect(callsOf("search")).toEqual([]);
});
