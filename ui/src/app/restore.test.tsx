import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { FAKE_PASSPHRASE, FAKE_RECOVERY_CODE, type FakeOptions } from "../platform/fake/platform";
import { whatStays } from "../platform";
import { expectAccessible, renderScreen } from "../testing/render";
import { App } from "./app";

const DISK = "/media/ada/disk/atom";
const HEADING = { name: "Bring a backup back" };
const LONG = { timeout: 15_000 };

/** Up to the list of backups. */
async function listed(options: FakeOptions & { hash?: string } = { start: "locked" }, secret = FAKE_PASSPHRASE) {
  const view = renderScreen(<App />, { hash: "#/restore", ...options });
  await screen.findByRole("heading", HEADING);
  const folder = screen.getByLabelText<HTMLInputElement>("Folder with the backups");
  if (folder.value === "") await view.user.type(folder, DISK);
  await view.user.type(screen.getByLabelText("Passphrase or recovery code"), `${secret}{Enter}`);
  return { ...view, moments: await screen.findAllByRole<HTMLInputElement>("radio") };
}

it("begins at the first start, and leads over the recovery code to the search", async () => {
  const view = renderScreen(<App />, { start: "absent", hash: "" });
  await view.user.click(await screen.findByRole("button", { name: "I have a backup…" }));
  await screen.findByRole("heading", HEADING);
  await expectAccessible();
  const folder = screen.getByLabelText<HTMLInputElement>("Folder with the backups");
  expect(document.activeElement).toBe(folder);
  await view.user.click(screen.getByRole("button", { name: "Choose…" }));
  await waitFor(() => expect(folder.value).toBe("/home/ada/Documents"));
  await view.user.type(screen.getByLabelText("Passphrase or recovery code"), `${FAKE_RECOVERY_CODE}{Enter}`);
  await screen.findByRole("heading", { name: "Which moment comes back?" });
  await expectAccessible();
  expect(screen.getByText(/becomes the vault of this computer/)).toBeTruthy();
  await view.user.click(screen.getByRole("button", { name: "Restore" }));
  expect(await screen.findByRole("progressbar", { name: "Restore" })).toBeTruthy();
  await expectAccessible();
  expect(await screen.findByRole("heading", { name: "The backup is back" }, LONG)).toBeTruthy();
  await expectAccessible();
  await view.user.click(screen.getByRole("button", { name: "Start searching" }));
  expect(await screen.findByRole("combobox", { name: "Search" })).toBeTruthy();
  expect(view.callsOf("startRestore")).toEqual([["/home/ada/Documents", view.platform.restores.snapshots[0]?.id, FAKE_RECOVERY_CODE]]);
}, 40_000);

it("goes back to where it came from when it is cancelled before anything began", async () => {
  const { user } = renderScreen(<App />, { start: "absent", hash: "#/restore" });
  await user.click(await screen.findByRole("button", { name: "Cancel" }));
  expect(await screen.findByRole("heading", { name: "Welcome to Atom" })).toBeTruthy();
});

it("begins at the locked vault with the newest backup chosen, and the focus where the next key belongs", async () => {
  const view = renderScreen(<App />, { start: "locked", hash: "" });
  await view.user.click(await screen.findByRole("button", { name: "Bring a backup back…" }));
  await screen.findByRole("heading", HEADING);
  await view.user.keyboard(DISK);
  await view.user.tab();
  await view.user.tab();
  await view.user.keyboard(`${FAKE_PASSPHRASE}{Enter}`);
  const moments = await screen.findAllByRole<HTMLInputElement>("radio");
  expect(moments.map((one) => one.checked)).toEqual([true, false, false]);
  expect(document.activeElement).toBe(moments[0]);
  expect(screen.getByText(/what is there now is kept beside it, as \/home\/ada\/\.local\/share\/atom\.before-restore/)).toBeTruthy();
  await view.user.click(screen.getAllByRole("radio")[1] as HTMLElement);
  await view.user.keyboard("{Enter}");
  expect(await screen.findByText(/What was there before is in \/home\/ada\/\.local\/share\/atom\.before-restore/, {}, LONG)).toBeTruthy();
  expect(view.callsOf("startRestore")).toEqual([[DISK, view.platform.restores.snapshots[1]?.id, FAKE_PASSPHRASE]]);
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "Start searching" }));
}, 40_000);

it("begins where saved data is missing", async () => {
  const { user, platform } = renderScreen(<App />, { start: "locked", hash: "" });
  platform.fail("vaultUnlock", "data-lost", "the vault's database is gone");
  await user.type(await screen.findByLabelText("Passphrase"), `${FAKE_PASSPHRASE}{Enter}`);
  await user.click(await screen.findByRole("button", { name: "Bring a backup back…" }));
  expect(await screen.findByRole("heading", HEADING)).toBeTruthy();
});

it("locks an open vault first and says so, and goes on after the page was loaded anew", async () => {
  const { user, callsOf, moments, platform } = await listed({ start: "open", hash: `#/restore?folder=${encodeURIComponent(DISK)}&snapshot=20261120-091102-1a2b3c4d` });
  expect(moments.map((one) => one.checked)).toEqual([false, false, true]);
  expect(screen.getByText(/locks the vault first/)).toBeTruthy();
  expect(screen.getByText(/indexes were not backed up/)).toBeTruthy();
  platform.restores.holdAt = 0.5;
  await user.click(screen.getByRole("button", { name: "Restore" }));
  expect(await screen.findByRole("progressbar", { name: "Restore" })).toBeTruthy();
  expect(callsOf("forgetPage")).toHaveLength(1);
  expect(window.location.hash).toBe("#/restore?run=1");
  platform.restores.holdAt = null;
  expect(await screen.findByRole("heading", { name: "The backup is back" }, LONG)).toBeTruthy();
}, 40_000);

it("shows a restore that runs wherever the address leads", async () => {
  const view = await listed();
  view.platform.restores.holdAt = 0.5;
  await view.user.click(screen.getByRole("button", { name: "Restore" }));
  await screen.findByRole("progressbar", { name: "Restore" });
  window.location.hash = "#/search?q=lease";
  await waitFor(() => expect(window.location.hash).toBe("#/restore?run=1"));
  expect(screen.getByRole("progressbar", { name: "Restore" })).toBeTruthy();
});

it("can be cancelled, which leaves the vault as it was", async () => {
  const { user, callsOf, platform } = await listed();
  platform.restores.holdAt = 0.5;
  await user.click(screen.getByRole("button", { name: "Restore" }));
  expect(await screen.findByText(/about .* left/, {}, LONG)).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Cancel" }));
  expect(callsOf("cancelRestore")).toHaveLength(1);
  expect(await screen.findByRole("heading", { name: "Stopped" }, LONG)).toBeTruthy();
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Unlock" }));
  expect(await screen.findByRole("heading", { name: "Unlock Atom" })).toBeTruthy();
}, 40_000);

it("says what is wrong with the secret, the folder and the backup, and goes on from there", async () => {
  const view = renderScreen(<App />, { start: "locked", hash: "#/restore" });
  await view.user.type(await screen.findByLabelText("Folder with the backups"), DISK);
  await view.user.type(screen.getByLabelText("Passphrase or recovery code"), "guess{Enter}");
  expect((await screen.findByRole("alert")).textContent).toContain("opens none of the backups");
  view.platform.fail("restoreList", "not-found", "the backup folder /media/ada/disk/atom is not there: plug in its disk, or choose another folder");
  await view.user.click(screen.getByRole("button", { name: "Show backups" }));
  await waitFor(() => expect(screen.getByRole("alert").textContent).toContain("Plug in its disk".toLowerCase()));
  await view.user.clear(screen.getByLabelText("Passphrase or recovery code"));
  await view.user.type(screen.getByLabelText("Passphrase or recovery code"), `${FAKE_PASSPHRASE}{Enter}`);
  view.platform.fail("startRestore", "busy", "the master key is being changed: wait for its end or cancel it, then restore");
  await view.user.click(await screen.findByRole("button", { name: "Restore" }));
  expect((await screen.findByRole("alert")).textContent).toContain("master key is being changed");
  view.platform.restores.failure = "the backup is damaged: chunks/ab/abcd does not verify; nothing was changed";
  await view.user.click(screen.getByRole("button", { name: "Restore" }));
  expect(await screen.findByRole("heading", { name: "The backup could not be brought back" }, LONG)).toBeTruthy();
  expect(screen.getByRole("alert").textContent).toContain("chunks/ab/abcd");
  await expectAccessible();
  await view.user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("heading", HEADING)).toBeTruthy();
}, 40_000);

it("says when there is no whole backup", async () => {
  const view = renderScreen(<App />, { start: "locked", hash: "#/restore" });
  view.platform.restoreList = (folder) => Promise.resolve({ folder, snapshots: [], bytes: 0, damage: ["the backup is damaged: snapshots/x does not verify; nothing was changed"] });
  await view.user.type(await screen.findByLabelText("Folder with the backups"), DISK);
  await view.user.type(screen.getByLabelText("Passphrase or recovery code"), "any{Enter}");
  await screen.findByRole("heading", { name: "No backup to bring back" });
  expect(within(screen.getByRole("alert")).getByText(/snapshots\/x/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Restore" })).toBeNull();
  await view.user.click(screen.getByRole("button", { name: "Another folder" }));
  expect(await screen.findByRole("heading", HEADING)).toBeTruthy();
});

it("keeps nothing of an address over a lock but which restore it shows", () => {
  expect(whatStays("#/search?q=lease")).toBe("");
  expect(whatStays("#/restore?folder=%2Fmedia")).toBe("");
  expect(whatStays("#/restore?folder=%2Fmedia&run=12&x=1")).toBe("#/restore?run=12");
  expect(whatStays("#/restore?run=12a")).toBe("");
});
