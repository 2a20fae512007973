import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { FAKE_NEW_RECOVERY_CODE, FAKE_PASSPHRASE, FAKE_RECOVERY_CODE } from "../../platform/fake/platform";
import { expectAccessible, renderScreen } from "../../testing/render";
import { SettingsScreen } from "./settings-screen";

const NEW = "lantern violet harbour quartz";
const CURRENT = "Present passphrase or recovery code";

type View = Awaited<ReturnType<typeof settings>>;

async function settings() {
  const view = renderScreen(<SettingsScreen />, { hash: "#/settings" });
  await screen.findByRole("button", { name: "Change the master key…" });
  await view.settled();
  return view;
}

const row = () => within(screen.getByRole("region", { name: "Master key" }));

async function dialogOf(view: View) {
  await view.user.click(row().getByRole("button", { name: "Change the master key…" }));
  return within(await screen.findByRole("dialog"));
}

/** Up to the two groups, with the proof that is typed already. */
async function begin(view: View) {
  await view.user.click(await screen.findByRole("button", { name: "I have saved it" }));
  await view.user.type(screen.getByLabelText("Group 2"), "xk4m");
  await view.user.type(screen.getByLabelText("Group 7"), "8sag{Enter}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
}

it("changes the master key once the new recovery code was typed again, and says what is left to do", async () => {
  const view = await settings();
  const dialog = await dialogOf(view);
  await expectAccessible();
  await view.user.type(dialog.getByLabelText(CURRENT), `${FAKE_PASSPHRASE}{Enter}`);
  expect((await screen.findByRole("list", { name: "Recovery code" })).textContent).toContain("2B9T");
  await expectAccessible();
  await view.user.click(screen.getByRole("button", { name: "I have saved it" }));
  await view.user.type(screen.getByLabelText("Group 2"), "ZZZZ");
  await view.user.type(screen.getByLabelText("Group 7"), "8sag{Enter}");
  expect((await screen.findByRole("alert")).textContent).toContain("Nothing was begun");
  await view.user.clear(screen.getByLabelText("Group 2"));
  await view.user.type(screen.getByLabelText("Group 2"), "xk4m{Enter}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(view.callsOf("vaultRotate")).toEqual([[FAKE_PASSPHRASE, null]]);

  expect(await row().findByRole("progressbar", { name: "Change of the master key" })).toBeTruthy();
  expect(row().getByText(/the old one does/)).toBeTruthy();
  await expectAccessible();
  expect(await row().findByText(/new recovery code works now/, undefined, { timeout: 5_000 })).toBeTruthy();
  expect(row().getByText(/backups too/)).toBeTruthy();
  await expect(view.platform.vaultUnlock(FAKE_RECOVERY_CODE)).rejects.toThrow();
  await expect(view.platform.vaultUnlock(FAKE_NEW_RECOVERY_CODE)).resolves.toBeTruthy();
});

it("takes another passphrase along, and needs one when the present one was not typed", async () => {
  const view = await settings();
  const dialog = await dialogOf(view);
  await view.user.type(dialog.getByLabelText(CURRENT), `${FAKE_RECOVERY_CODE}{Enter}`);
  expect((await dialog.findByRole("alert")).textContent).toContain("new passphrase is needed");
  await view.user.click(dialog.getByLabelText("Set another passphrase too"));
  await view.user.type(dialog.getByLabelText("New passphrase"), NEW);
  await view.user.type(dialog.getByLabelText("New passphrase again"), `${NEW}{Enter}`);
  await begin(view);
  expect(await row().findByText(/new recovery code works now/, undefined, { timeout: 5_000 })).toBeTruthy();
  await expect(view.platform.vaultUnlock(FAKE_PASSPHRASE)).rejects.toThrow();
  await expect(view.platform.vaultUnlock(NEW)).resolves.toBeTruthy();
});

it("leaves everything as it was when it is cancelled on the way", async () => {
  const view = await settings();
  const dialog = await dialogOf(view);
  await view.user.type(dialog.getByLabelText(CURRENT), `${FAKE_PASSPHRASE}{Enter}`);
  await begin(view);
  await view.user.click(await row().findByRole("button", { name: "Cancel" }));
  expect(await row().findByRole("button", { name: "Change the master key…" })).toBeTruthy();
  await expect(view.platform.vaultUnlock(FAKE_RECOVERY_CODE)).resolves.toBeTruthy();
});

it("begins nothing when the new code is not wanted", async () => {
  const view = await settings();
  const dialog = await dialogOf(view);
  await view.user.type(dialog.getByLabelText(CURRENT), `${FAKE_PASSPHRASE}{Enter}`);
  await view.user.click(await screen.findByRole("button", { name: "Change nothing" }));
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(view.callsOf("vaultConfirmRotation")).toEqual([]);
});
