import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import type { BackupRequest, Settings } from "../../platform";
import { expectAccessible, renderScreen } from "../../testing/render";
import { SettingsScreen } from "./settings-screen";

async function backup() {
  const view = renderScreen(<SettingsScreen />, { hash: "#/settings" });
  const row = within(await screen.findByRole("region", { name: "Backup" }));
  return { ...view, row, saved: () => view.callsOf("saveSettings").map(([given]) => (given as Settings).backup) };
}

/** With a folder and one backup in it. */
async function withOne() {
  const view = await backup();
  await view.user.click(view.row.getByRole("button", { name: "Choose folder…" }));
  await view.user.click(await view.row.findByRole("button", { name: "Back up now" }));
  await view.row.findByRole("list", { name: "Backups" }, { timeout: 8_000 });
  return view;
}

it("asks for a folder first", async () => {
  const { user, row, saved } = await backup();
  expect(row.queryByRole("button", { name: "Back up now" })).toBeNull();
  await user.click(row.getByRole("button", { name: "Choose folder…" }));
  await waitFor(() => expect(saved().at(-1)?.folder).toBe("/home/ada/Documents"));
  expect(await row.findByText("No backup yet.")).toBeTruthy();
});

it("backs up, shows how far it is, and lists the backup", async () => {
  const { row, callsOf } = await withOne();
  expect(callsOf("startBackup").map(([request]) => (request as BackupRequest).keepDaily)).toEqual([7]);
  expect(row.getByText(/12,526 items/)).toBeTruthy();
  expect(row.getByText(/Last backup/)).toBeTruthy();
  await expectAccessible();
}, 15_000);

it("can be cancelled", async () => {
  const { user, row, callsOf } = await backup();
  await user.click(row.getByRole("button", { name: "Choose folder…" }));
  await user.click(await row.findByRole("button", { name: "Back up now" }));
  await user.click(await row.findByRole("button", { name: "Cancel" }));
  expect(callsOf("cancelBackup")).toHaveLength(1);
  await waitFor(() => expect(row.queryByRole("progressbar")).toBeNull(), { timeout: 4_000 });
});

it("says when the disk is not there, and why a backup failed", async () => {
  const { platform, row, emit } = await withOne();
  platform.backups.absent = true;
  await emit("jobsChanged", null);
  expect(await row.findByText(/Plug in its disk/)).toBeTruthy();
  platform.backups.absent = false;
  platform.backups.lastError = "no space left on the disk of /media/ada: free some and try again";
  await emit("jobsChanged", null);
  expect((await row.findByRole("alert")).textContent).toContain("No space left on the disk of /media/ada");
}, 15_000);

it("says why a backup cannot start", async () => {
  const { user, platform, row } = await withOne();
  platform.fail("startBackup", "busy", "a check is running: wait for its end or cancel it");
  await user.click(row.getByRole("button", { name: "Back up now" }));
  expect((await row.findByRole("alert")).textContent).toContain("A check is running");
}, 15_000);

it("checks everything and names what is damaged", async () => {
  const { user, platform, row } = await withOne();
  await user.click(row.getByRole("button", { name: "Check all backups" }));
  expect(await row.findByText(/All of it can be restored: 1 backup/, {}, { timeout: 8_000 })).toBeTruthy();
  platform.backups.damage = ["the backup is damaged: chunks/ab/abcd does not verify"];
  await user.click(row.getByRole("button", { name: "Check all backups" }));
  expect(await row.findByText(/chunks\/ab\/abcd does not verify/, {}, { timeout: 8_000 })).toBeTruthy();
}, 25_000);

it("leads to bringing a backup back, with the folder and the backup that were chosen", async () => {
  const { user, row } = await withOne();
  await user.click(row.getByRole("button", { name: /^Restore the backup of/ }));
  expect(window.location.hash).toBe("#/restore?folder=%2Fhome%2Fada%2FDocuments&snapshot=20261121-091100-1a2b3c4d");
  await user.click(row.getByRole("button", { name: "Bring a backup back…" }));
  expect(window.location.hash).toBe("#/restore?folder=%2Fhome%2Fada%2FDocuments");
}, 15_000);

it("leads there without a folder of its own, too", async () => {
  const { user, row } = await backup();
  await user.click(row.getByRole("button", { name: "Bring a backup back…" }));
  expect(window.location.hash).toBe("#/restore");
});

it("sets when to back up, what to keep, and whether the indexes come along", async () => {
  const { user, row, saved } = await backup();
  await user.click(row.getByRole("button", { name: "Choose folder…" }));
  await user.selectOptions(await row.findByLabelText("Back up"), "168");
  await waitFor(() => expect(saved().at(-1)?.everyHours).toBe(168));
  await user.selectOptions(row.getByLabelText("Keep"), "1-0-0");
  await waitFor(() => expect(saved().at(-1)).toMatchObject({ keepLast: 1, keepDaily: 0, keepWeekly: 0, everyHours: 168 }));
  await user.click(row.getByRole("switch"));
  await waitFor(() => expect(saved().at(-1)?.indexes).toBe(false));
});
