import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { expectAccessible, renderScreen } from "../../testing/render";
import { SettingsScreen } from "./settings-screen";

async function settings() {
  const view = renderScreen(<SettingsScreen />, { hash: "#/settings" });
  const row = within(await screen.findByRole("region", { name: "Export" }));
  return { ...view, row };
}

async function started() {
  const view = await settings();
  await view.user.click(view.row.getByRole("button", { name: "Export everything…" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Export everything" }));
  expect(dialog.getByText(/not encrypted/)).toBeTruthy();
  await expectAccessible();
  await view.user.click(dialog.getByRole("button", { name: "Choose…" }));
  await waitFor(() => expect(dialog.getByLabelText<HTMLInputElement>("A new or empty folder").value).toBe("/home/ada/Documents/atom-export"));
  await view.user.click(dialog.getByRole("button", { name: "Export without encryption" }));
  return view;
}

it("says that an export is not encrypted, shows how far it is, and where it lies", async () => {
  const { row, callsOf } = await started();
  expect(callsOf("startExport")).toEqual([["/home/ada/Documents/atom-export"]]);
  expect(await row.findByRole("progressbar", { name: "Export" })).toBeTruthy();
  expect(screen.queryByRole("progressbar", { name: "Backup" })).toBeNull();
  expect(await row.findByText(/12,526 items, 9,804 of them with text, are in \/home\/ada\/Documents\/atom-export/, {}, { timeout: 8_000 })).toBeTruthy();
  await expectAccessible();
}, 15_000);

it("can be cancelled", async () => {
  const { user, row, callsOf } = await started();
  await user.click(await row.findByRole("button", { name: "Cancel" }));
  expect(callsOf("cancelBackup")).toHaveLength(1);
  expect(await row.findByText(/nothing of it is left/, {}, { timeout: 4_000 })).toBeTruthy();
});

it("keeps the dialog and says why it cannot start", async () => {
  const { user, platform, row } = await settings();
  platform.fail("startExport", "busy", "a backup is running: wait for its end or cancel it");
  await user.click(row.getByRole("button", { name: "Export everything…" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Export everything" }));
  await user.type(dialog.getByLabelText("A new or empty folder"), "~/out{Enter}");
  expect((await dialog.findByRole("alert")).textContent).toContain("A backup is running");
});

it("takes an export in and names what is left out", async () => {
  const { user, row, callsOf } = await settings();
  await user.click(row.getByRole("button", { name: "Import…" }));
  expect(await row.findByText(/1 folder added/)).toBeTruthy();
  expect(row.getByText(/Photo disk: it is not there/)).toBeTruthy();
  expect(callsOf("importFrom")).toEqual([["/home/ada/Documents"]]);
});
