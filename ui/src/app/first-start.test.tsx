import { screen, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import { App } from "./app";
import { FAKE_RECOVERY_CODE } from "../platform/fake/platform";
import { expectAccessible, renderScreen } from "../testing/render";
import { groupsOf, pickTwo, sameGroup } from "../components/recovery";

const PASSPHRASE = "lantern violet harbour quartz";

async function makeVault(first = PASSPHRASE, second = PASSPHRASE) {
  const view = renderScreen(<App />, { start: "absent" });
  await view.user.type(await screen.findByLabelText("Passphrase"), first);
  await view.user.type(screen.getByLabelText("Passphrase again"), second);
  await view.user.click(screen.getByRole("button", { name: "Continue" }));
  return view;
}

async function typeGroups(view: Awaited<ReturnType<typeof makeVault>>, change = (group: string) => group) {
  await view.user.click(screen.getByLabelText(/saved the code/));
  await view.user.click(screen.getByRole("button", { name: "Continue" }));
  const groups = groupsOf(FAKE_RECOVERY_CODE);
  for (const field of screen.getAllByLabelText<HTMLInputElement>(/^Group \d+$/)) {
    const number = Number(/\d+/.exec(field.labels?.[0]?.textContent ?? "")?.[0]);
    await view.user.type(field, change(groups[number - 1] ?? ""));
  }
  await view.user.click(screen.getByRole("button", { name: "Continue" }));
}

it("leads from a passphrase over the recovery code and a folder to the search", async () => {
  const view = await makeVault();
  await screen.findByRole("heading", { name: "Your recovery code" });
  await expectAccessible();
  expect(view.callsOf("vaultCreate")).toEqual([[PASSPHRASE, false]]);
  await typeGroups(view, (group) => group.toLowerCase());
  await screen.findByRole("heading", { name: "Choose folders to search" });
  await view.user.type(screen.getByLabelText("or type its path"), "~/Documents");
  await view.user.click(screen.getByRole("button", { name: "Add" }));
  await waitFor(() => expect(screen.getByRole("list", { name: "Chosen folders" }).textContent).toContain("/home/ada/Documents"));
  await expectAccessible();
  await view.user.click(screen.getByRole("button", { name: "Start searching" }));
  expect(await screen.findByRole("combobox", { name: "Search" })).toBeTruthy();
});

it("asks the keychain along when told to", async () => {
  const view = renderScreen(<App />, { start: "absent" });
  await view.user.type(await screen.findByLabelText("Passphrase"), PASSPHRASE);
  await view.user.type(screen.getByLabelText("Passphrase again"), PASSPHRASE);
  await view.user.click(screen.getByLabelText(/keychain/));
  await expectAccessible();
  await view.user.click(screen.getByRole("button", { name: "Continue" }));
  await waitFor(() => expect(view.callsOf("vaultCreate")).toEqual([[PASSPHRASE, true]]));
});

it("refuses passphrases that differ", async () => {
  const view = await makeVault(PASSPHRASE, `${PASSPHRASE}s`);
  expect(screen.getByRole("alert").textContent).toContain("differ");
  expect(view.callsOf("vaultCreate")).toEqual([]);
});

it("refuses a passphrase that is easy to guess", async () => {
  const view = await makeVault("password", "password");
  expect(screen.getByRole("alert").textContent).toContain("too easy");
  expect(view.callsOf("vaultCreate")).toEqual([]);
});

it("does not go on with wrong groups, and shows the code again", async () => {
  const view = await makeVault();
  await screen.findByRole("heading", { name: "Your recovery code" });
  await typeGroups(view, () => "XXXX");
  expect(screen.getByRole("alert").textContent).toContain("not what the code says");
  await view.user.click(screen.getByRole("button", { name: "Show the code again" }));
  expect(screen.getByRole("list", { name: "Recovery code" }).textContent).toContain("7K3M");
});

it("says what is wrong with a folder", async () => {
  const view = await makeVault();
  await screen.findByRole("heading", { name: "Your recovery code" });
  await typeGroups(view);
  await view.user.type(await screen.findByLabelText("or type its path"), "/root/secret{Enter}");
  expect((await screen.findByRole("alert")).textContent).toContain("permission denied");
});

it("picks two different groups, in order", () => {
  for (let round = 0; round < 200; round += 1) {
    const [first, second] = pickTwo(9);
    expect(first).toBeLessThan(second);
    expect(second).toBeLessThan(9);
  }
});

it("reads the code as people write it", () => {
  expect(sameGroup(" 7k3o ", "7K30")).toBe(true);
  expect(sameGroup("l23", "123")).toBe(true);
  expect(sameGroup("7K3N", "7K3M")).toBe(false);
});
