import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { App } from "./app";
import { FAKE_PASSPHRASE, FAKE_RECOVERY_CODE } from "../platform/fake/platform";
import { expectAccessible, renderScreen } from "../testing/render";

it("opens with the passphrase", async () => {
  const { user } = renderScreen(<App />, { start: "locked" });
  await user.type(await screen.findByLabelText("Passphrase"), `${FAKE_PASSPHRASE}{Enter}`);
  expect(await screen.findByRole("combobox", { name: "Search" })).toBeTruthy();
});

it("says that a passphrase is wrong, empties the field and keeps the focus in it", async () => {
  const { user } = renderScreen(<App />, { start: "locked" });
  await user.type(await screen.findByLabelText("Passphrase"), "guess{Enter}");
  expect((await screen.findByRole("alert")).textContent).toContain("Wrong passphrase");
  expect(screen.getByLabelText<HTMLInputElement>("Passphrase").value).toBe("");
  expect(document.activeElement).toBe(screen.getByLabelText("Passphrase"));
  await expectAccessible();
});

it("opens with the recovery code", async () => {
  const { user, callsOf } = renderScreen(<App />, { start: "locked" });
  await user.click(await screen.findByRole("button", { name: "Use the recovery code" }));
  await user.type(screen.getByLabelText("Recovery code"), ` ${FAKE_RECOVERY_CODE} {Enter}`);
  expect(await screen.findByRole("combobox", { name: "Search" })).toBeTruthy();
  expect(callsOf("vaultUnlock")).toEqual([[FAKE_RECOVERY_CODE]]);
});

it("opens from the keychain, and names the way on when it does not answer", async () => {
  const { user, platform } = renderScreen(<App />, { start: "locked" });
  platform.fail("vaultUnlockKeychain", "keychain-unavailable", "no secret service");
  await user.click(await screen.findByRole("button", { name: /keychain/ }));
  expect((await screen.findByRole("alert")).textContent).toContain("Use the passphrase");
  await user.click(screen.getByRole("button", { name: /keychain/ }));
  expect(await screen.findByRole("combobox", { name: "Search" })).toBeTruthy();
});

it("says what is missing and goes on only when a person says so", async () => {
  const { user, platform, callsOf } = renderScreen(<App />, { start: "locked" });
  platform.fail("vaultUnlock", "data-lost", "the vault's database is older than it was: the last 7 saved changes are missing; nothing was changed");
  await user.type(await screen.findByLabelText("Passphrase"), `${FAKE_PASSPHRASE}{Enter}`);
  expect(await screen.findByRole("heading", { name: "Saved data is missing" })).toBeTruthy();
  expect(screen.getByRole("alert").textContent).toContain("the last 7 saved changes are missing");
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Not now" }));
  expect(await screen.findByRole("heading", { name: "Unlock Atom" })).toBeTruthy();
  expect(callsOf("vaultAcceptLoss")).toEqual([]);

  platform.fail("vaultUnlock", "data-lost", "the vault's database is gone");
  await user.type(screen.getByLabelText("Passphrase"), `${FAKE_PASSPHRASE}{Enter}`);
  platform.fail("vaultAcceptLoss", "disk-full", "no space left on the disk");
  await user.click(await screen.findByRole("button", { name: "Go on with what is there" }));
  expect((await screen.findByText(/No space left/)).textContent).toContain("disk");
  await user.click(screen.getByRole("button", { name: "Go on with what is there" }));
  expect(await screen.findByRole("combobox", { name: "Search" })).toBeTruthy();
  expect(callsOf("vaultAcceptLoss")).toHaveLength(2);
});

it("forgets everything on screen when the vault locks", async () => {
  const { emit, callsOf, client } = renderScreen(<App />, { hash: "#/search?q=lease" });
  await screen.findByRole("option", { name: /Lease agreement/ });
  await emit("vaultChanged", { state: "locked", keychainAvailable: true, hasKeychainSlot: false, dataDir: "/x" });
  expect(await screen.findByRole("heading", { name: "Unlock Atom" })).toBeTruthy();
  expect(callsOf("forgetPage")).toHaveLength(1);
  expect(document.body.textContent).not.toContain("Brunnenstrasse");
  expect(window.location.hash).not.toContain("lease");
  expect(client.getQueryCache().getAll().map((query) => query.queryKey)).toEqual([["vault"], ["vault", "restore"]]);
});
