import { act, screen, waitFor, within } from "@testing-library/react";
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

it("sets when indexing holds back", async () => {
  const { user, saved } = await settings();
  await user.selectOptions(screen.getByLabelText("On battery"), "50");
  await waitFor(() => expect(saved().at(-1)?.batteryFloor).toBe(50));
  await user.selectOptions(screen.getByLabelText("On battery"), "");
  await waitFor(() => expect(saved().at(-1)?.batteryFloor).toBeNull());
  await user.click(screen.getByRole("switch", { name: "Keep this computer cool" }));
  await waitFor(() => expect(saved().at(-1)?.followHeat).toBe(false));
  await user.click(screen.getByRole("switch", { name: "Wait while I use this computer" }));
  await waitFor(() => expect(saved().at(-1)?.waitForPerson).toBe(true));
  expect(await screen.findByText("Meaning waits while you use this computer")).toBeTruthy();
});

it("applies ignore rules only when told to", async () => {
  const { user, saved } = await settings();
  const rules = screen.getByRole("textbox", { name: "Ignore rules" });
  expect(screen.getByRole("button", { name: "Apply rules" })).toHaveProperty("disabled", true);
  await user.type(rules, "*.tmp");
  expect(screen.getByText(/Compares 12,532 files/)).toBeTruthy();
  expect(saved()).toEqual([]);
  await user.click(screen.getByRole("button", { name: "Apply rules" }));
  await waitFor(() => expect(saved().at(-1)?.ignoreRules).toBe("*.log\nnode_modules/\n*.tmp"));
});

it("sets notification and idle minutes", async () => {
  const { user, saved } = await settings();
  await user.click(screen.getByRole("switch", { name: /first indexing is done/ }));
  await waitFor(() => expect(saved().at(-1)?.notifyWhenDone).toBe(false));
  await user.selectOptions(screen.getByLabelText("Lock after"), "");
  await waitFor(() => expect(saved().at(-1)?.lockAfterMinutes).toBeNull());
  await user.selectOptions(screen.getByLabelText("Lock after"), "60");
  await waitFor(() => expect(saved().at(-1)?.lockAfterMinutes).toBe(60));
});

it("closes and opens the air gap", async () => {
  const { user, saved } = await settings();
  const gap = screen.getByRole("switch", { name: "Air gap" });
  await user.click(gap);
  await waitFor(() => expect(saved().at(-1)?.airGap).toBe(true));
  expect(await screen.findByText("Air gap on: nothing of Atom may connect")).toBeTruthy();
  await user.click(gap);
  await waitFor(() => expect(saved().at(-1)?.airGap).toBe(false));
});

it("says that nothing was ever connected", async () => {
  await settings();
  expect(await screen.findByText("Atom has never connected to anything.")).toBeTruthy();
});

it("lists connections, those that were refused too, and hides nothing in a name", async () => {
  const { platform, client } = await settings();
  const connection = { id: "2", host: "mail.example.org", reason: "fetch mail", at: Date.now() - 120_000, allowed: true, endedAt: Date.now() - 60_000, sent: 1_200, received: 48_000 };
  platform.state.connections = [
    { ...connection, id: "3", host: "up\u202edates.example.org", allowed: false, endedAt: null, sent: 0, received: 0 },
    connection,
    ...Array.from({ length: 30 }, (_, index) => ({ ...connection, id: `o${index}` })),
  ];
  await act(() => client.invalidateQueries({ queryKey: ["connections"] }));
  const rows = within(await screen.findByRole("list", { name: "Connections" })).getAllByRole("listitem");
  expect(rows).toHaveLength(20);
  expect(rows[0]?.textContent).toContain("Refused by the air gap");
  expect(rows[0]?.textContent).not.toContain("\u202e");
  expect(rows[1]?.textContent).toMatch(/mail\.example\.org.*fetch mail.*1\.2 kB out, 48 kB in, 2 min/);
  expect(screen.getByText("And 12 older ones.")).toBeTruthy();
  await expectAccessible();
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
