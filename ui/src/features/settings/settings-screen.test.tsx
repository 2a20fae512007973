import { screen, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import type { Settings } from "../../platform";
import { expectAccessible, renderScreen } from "../../testing/render";
import { recordHotkey } from "./hotkey";
import { SettingsScreen } from "./settings-screen";

async function settings() {
  const view = renderScreen(<SettingsScreen />, { hash: "#/settings" });
  await screen.findByRole("region", { name: "Theme" });
  return { ...view, saved: () => view.callsOf("saveSettings").map(([given]) => given as Settings) };
}

it("has a name for every control", async () => {
  await settings();
  await expectAccessible();
});

it("records a shortcut by its keys", async () => {
  const { user, saved } = await settings();
  await user.click(screen.getByRole("button", { name: /Quick search shortcut:\s*Alt\s*\+\s*Space/ }));
  await user.keyboard("{Control>}{Shift>}[KeyF]{/Shift}{/Control}");
  await waitFor(() => expect(saved().map((one) => one.hotkey)).toEqual(["Ctrl+Shift+F"]));
  expect(await screen.findByRole("button", { name: /Ctrl\s*\+\s*Shift\s*\+\s*F/ })).toBeTruthy();
  expect(await screen.findByText("Ctrl+Shift+F opens quick search now")).toBeTruthy();
});

it("keeps the old shortcut on Escape", async () => {
  const { user, saved } = await settings();
  await user.click(screen.getByRole("button", { name: /Quick search shortcut/ }));
  await user.keyboard("{Escape}");
  expect(screen.getByRole("button", { name: /Alt\s*\+\s*Space/ })).toBeTruthy();
  expect(saved()).toEqual([]);
});

it("goes back to the old shortcut when the system refuses the new one, and says why", async () => {
  const { user } = await settings();
  await user.click(screen.getByRole("button", { name: /Quick search shortcut/ }));
  await user.keyboard("{Alt>}[Tab]{/Alt}");
  expect((await screen.findByRole("alert")).textContent).toContain("Alt+Tab is taken by the desktop");
  expect(screen.getByRole("button", { name: /Alt\s*\+\s*Space/ })).toBeTruthy();
});

it("applies a theme at once and keeps it for the next first paint", async () => {
  const { user, saved } = await settings();
  await user.click(screen.getByRole("radio", { name: "Dark" }));
  expect(document.documentElement.dataset["theme"]).toBe("dark");
  expect(localStorage.getItem("atom.theme")).toBe("dark");
  await waitFor(() => expect(saved().at(-1)?.theme).toBe("dark"));
  await user.click(screen.getByRole("radio", { name: "System" }));
  expect(localStorage.getItem("atom.theme")).toBeNull();
});

it("says what a budget causes", async () => {
  const { user, saved } = await settings();
  await user.click(screen.getByRole("radio", { name: "Full" }));
  expect((await screen.findAllByText(/other programs and the fan will notice/)).length).toBeGreaterThan(0);
  expect(saved().at(-1)?.indexBudget).toBe("full");
});

it("applies ignore rules only when told to", async () => {
  const { user, saved } = await settings();
  const rules = screen.getByRole("textbox", { name: "Ignore rules" });
  expect(screen.getByRole("button", { name: "Apply rules" })).toHaveProperty("disabled", true);
  await user.type(rules, "*.tmp");
  expect(screen.getByText(/Compares 12,526 files/)).toBeTruthy();
  expect(saved()).toEqual([]);
  await user.click(screen.getByRole("button", { name: "Apply rules" }));
  await waitFor(() => expect(saved().at(-1)?.ignoreRules).toBe("*.log\nnode_modules/\n*.tmp"));
});

it("sets notification and idle minutes", async () => {
  const { user, saved } = await settings();
  await user.click(screen.getByRole("switch", { name: /first indexing/ }));
  await waitFor(() => expect(saved().at(-1)?.notifyWhenDone).toBe(false));
  await user.selectOptions(screen.getByLabelText("Lock after"), "");
  await waitFor(() => expect(saved().at(-1)?.lockAfterMinutes).toBeNull());
  await user.selectOptions(screen.getByLabelText("Lock after"), "60");
  await waitFor(() => expect(saved().at(-1)?.lockAfterMinutes).toBe(60));
});

it("locks now", async () => {
  const { user, callsOf } = await settings();
  await user.click(screen.getByRole("button", { name: "Lock now" }));
  expect(callsOf("vaultLock")).toHaveLength(1);
});

const press = (code: string, held = "") => ({ code, ctrlKey: held.includes("c"), altKey: held.includes("a"), shiftKey: held.includes("s"), metaKey: held.includes("m") });

it.each([
  [press("Space", "a"), "Alt+Space"],
  [press("KeyK", "cs"), "Ctrl+Shift+K"],
  [press("F12"), "F12"],
  [press("ArrowUp", "m"), "Super+Up"],
  [press("Digit1", "ca"), "Ctrl+Alt+1"],
])("names %j", (event, hotkey) => {
  expect(recordHotkey(event)).toEqual({ kind: "done", hotkey });
});

it.each([press("KeyK"), press("KeyK", "s"), press("AudioVolumeUp", "c"), press("Space")])("refuses %j", (event) => {
  expect(recordHotkey(event).kind).toBe("refused");
});
