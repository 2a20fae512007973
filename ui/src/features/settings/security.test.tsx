import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { FAKE_NEW_RECOVERY_CODE, FAKE_PASSPHRASE, FAKE_RECOVERY_CODE } from "../../platform/fake/platform";
import { expectAccessible, renderScreen } from "../../testing/render";
import { SettingsScreen } from "./settings-screen";

const NEW = "lantern violet harbour quartz";
const CURRENT = "Present passphrase or recovery code";

async function security() {
  const view = renderScreen(<SettingsScreen />, { hash: "#/settings" });
  await screen.findByRole("button", { name: "Change passphrase…" });
  await view.settled();
  return view;
}

async function openDialog(view: Awaited<ReturnType<typeof security>>, button: string) {
  await view.user.click(screen.getByRole("button", { name: button }));
  return within(await screen.findByRole("dialog"));
}

it("shows each way in with its age, and when the vault locks", async () => {
  await security();
  expect(screen.getByRole("region", { name: "Passphrase" }).textContent).toContain("Set 12 days ago");
  expect(screen.getByRole("region", { name: "Recovery code" }).textContent).toContain("Made 12 days ago");
  expect(screen.getByRole("switch", { name: /keychain/ })).toHaveProperty("checked", false);
  expect(screen.getByRole("region", { name: "Vault" }).textContent).toContain("Locks in 15 min");
  await expectAccessible();
});

it("says so when the vault never locks by itself", async () => {
  const { user } = await security();
  await user.selectOptions(screen.getByLabelText("Lock after"), "");
  await waitFor(() => expect(screen.getByRole("region", { name: "Vault" }).textContent).toContain("Stays open until you lock it"));
});

it("changes the passphrase with the present one, and only then", async () => {
  const view = await security();
  const dialog = await openDialog(view, "Change passphrase…");
  await expectAccessible();
  expect(document.activeElement).toBe(dialog.getByLabelText(CURRENT));
  await view.user.keyboard("not the passphrase{Tab}");
  await view.user.keyboard(`${NEW}{Tab}${NEW}{Enter}`);
  expect((await dialog.findByRole("alert")).textContent).toContain("Nothing was changed");
  await view.user.clear(dialog.getByLabelText(CURRENT));
  await view.user.type(dialog.getByLabelText(CURRENT), `${FAKE_PASSPHRASE}{Enter}`);
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(await screen.findByText(/the old one no longer opens the vault/)).toBeTruthy();
  expect(view.callsOf("vaultChangePassphrase")).toEqual([
    ["not the passphrase", NEW],
    [FAKE_PASSPHRASE, NEW],
  ]);
  await waitFor(() => expect(screen.getByRole("region", { name: "Passphrase" }).textContent).toContain("Set now"));
  await expect(view.platform.vaultUnlock(FAKE_PASSPHRASE)).rejects.toThrow("wrong passphrase");
});

it("asks for the same new passphrase twice, and for one that protects", async () => {
  const view = await security();
  const dialog = await openDialog(view, "Change passphrase…");
  await view.user.type(dialog.getByLabelText(CURRENT), FAKE_PASSPHRASE);
  await view.user.type(dialog.getByLabelText("New passphrase"), "password");
  await view.user.type(dialog.getByLabelText("New passphrase again"), "password{Enter}");
  expect((await dialog.findByRole("alert")).textContent).toContain("too easy");
  await view.user.clear(dialog.getByLabelText("New passphrase"));
  await view.user.type(dialog.getByLabelText("New passphrase"), `${NEW}{Enter}`);
  expect((await dialog.findByRole("alert")).textContent).toContain("differ");
  expect(view.callsOf("vaultChangePassphrase")).toEqual([]);
  await view.user.keyboard("{Escape}");
  expect(screen.queryByRole("dialog")).toBeNull();
});

it("puts a new recovery code in force once two groups were typed again", async () => {
  const view = await security();
  await openDialog(view, "New recovery code…");
  await view.user.keyboard(`${FAKE_RECOVERY_CODE}{Enter}`);
  expect((await screen.findByRole("list", { name: "Recovery code" })).textContent).toContain("2B9T");
  await expectAccessible();
  await view.user.click(screen.getByRole("button", { name: "I have saved it" }));
  await view.user.type(screen.getByLabelText("Group 2"), "ZZZZ");
  await view.user.type(screen.getByLabelText("Group 7"), "8sag{Enter}");
  expect((await screen.findByRole("alert")).textContent).toContain("The old code still works");
  await expect(view.platform.vaultUnlock(FAKE_RECOVERY_CODE)).resolves.toBeTruthy();
  await view.user.clear(screen.getByLabelText("Group 2"));
  expect(screen.queryByRole("alert")).toBeNull();
  await view.user.type(screen.getByLabelText("Group 2"), "xk4m{Enter}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(await screen.findByText(/The new recovery code works now/)).toBeTruthy();
  await expect(view.platform.vaultUnlock(FAKE_RECOVERY_CODE)).rejects.toThrow();
  await expect(view.platform.vaultUnlock(FAKE_NEW_RECOVERY_CODE)).resolves.toBeTruthy();
});

it("keeps the old recovery code when the new one is not wanted", async () => {
  const view = await security();
  await openDialog(view, "New recovery code…");
  await view.user.keyboard(`${FAKE_PASSPHRASE}{Enter}`);
  await view.user.click(await screen.findByRole("button", { name: "Keep the old code" }));
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(view.callsOf("vaultConfirmRecovery")).toEqual([]);
  await expect(view.platform.vaultUnlock(FAKE_RECOVERY_CODE)).resolves.toBeTruthy();
});

it("turns the keychain on with the passphrase, and off with the keychain itself", async () => {
  const view = await security();
  await view.user.click(screen.getByRole("switch", { name: /keychain/ }));
  let dialog = within(await screen.findByRole("dialog"));
  expect(dialog.queryByLabelText(/Ask this computer/)).toBeNull();
  await expectAccessible();
  await view.user.type(dialog.getByLabelText(CURRENT), `${FAKE_PASSPHRASE}{Enter}`);
  await waitFor(() => expect(screen.getByRole("region", { name: "Keychain" }).textContent).toContain("In the desktop’s keyring"));
  expect(screen.getByRole("switch", { name: /keychain/ })).toHaveProperty("checked", true);

  await view.user.click(screen.getByRole("switch", { name: /keychain/ }));
  dialog = within(await screen.findByRole("dialog"));
  await view.user.click(dialog.getByLabelText(/Ask this computer/));
  expect(dialog.getByLabelText(CURRENT)).toHaveProperty("disabled", true);
  await view.user.click(dialog.getByRole("button", { name: "Stop using the keychain" }));
  await waitFor(() => expect(screen.getByRole("switch", { name: /keychain/ })).toHaveProperty("checked", false));
  expect(view.callsOf("vaultRemoveKeychain")).toEqual([[null]]);
});

it("says what to do when the keychain does not answer", async () => {
  const view = await security();
  view.platform.fail("vaultAddKeychain", "keychain-unavailable", "the keychain cannot be used: it is locked; unlock with the passphrase or the recovery code");
  await view.user.click(screen.getByRole("switch", { name: /keychain/ }));
  const dialog = within(await screen.findByRole("dialog"));
  await view.user.type(dialog.getByLabelText(CURRENT), `${FAKE_PASSPHRASE}{Enter}`);
  expect((await dialog.findByRole("alert")).textContent).toMatch(/it is locked.*Nothing was changed/s);
  expect(screen.getByRole("switch", { name: /keychain/, hidden: true })).toHaveProperty("checked", false);
});

it("says when the key file cannot be read, and tries again", async () => {
  const view = renderScreen(<SettingsScreen />, { hash: "#/settings" });
  view.platform.fail("vaultSlots", "data-damaged", "the key slots are damaged: put a copy of keyslots.v1 from a backup in its place");
  expect((await screen.findByRole("alert")).textContent).toContain("keyslots.v1 from a backup");
  await view.user.click(screen.getByRole("button", { name: "Try again" }));
  await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
});
