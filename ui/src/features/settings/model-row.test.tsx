import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { expectAccessible, renderScreen } from "../../testing/render";
import { fetchEnded } from "../../platform/fake/models";
import { SettingsScreen } from "./settings-screen";

async function settings() {
  const view = renderScreen(<SettingsScreen />, { hash: "#/settings" });
  const row = within(await screen.findByRole("region", { name: "Search by meaning" }));
  await row.findByRole("list", { name: "Models" });
  return { ...view, row };
}

it("lists the models with what they understand and which one is in use", async () => {
  const { row } = await settings();
  const items = row.getAllByRole("listitem").map((item) => item.textContent);
  expect(items[0]).toMatch(/all-MiniLM-L6-v2.*English.*In use/);
  expect(items[1]).toMatch(/Multilingual E5 small.*About 100 languages.*487 MB/);
  expect(items[3]).toMatch(/published as example\/multilingual-e5-base.*To be brought in/);
  expect(row.queryByRole("progressbar")).toBeNull();
  await expectAccessible();
});

it("says what a change costs, shows how far it is, and goes back", async () => {
  const { user, row, callsOf } = await settings();
  await user.click(row.getByRole("button", { name: "Use Multilingual E5 small" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Use Multilingual E5 small?" }));
  expect(dialog.getByText(/Until then the present model answers/)).toBeTruthy();
  await expectAccessible();
  await user.click(dialog.getByRole("button", { name: "Use this model" }));
  expect(await row.findByRole("progressbar", { name: "Change of the model" })).toBeTruthy();
  expect(row.getByText(/about 2 min left/)).toBeTruthy();
  expect(row.getByText("Coming")).toBeTruthy();
  await expectAccessible();
  await user.click(row.getByRole("button", { name: "Keep the present model" }));
  expect(callsOf("takeModel")).toEqual([["multilingual-e5-small"]]);
  expect(callsOf("cancelModel")).toHaveLength(1);
  expect(await row.findByRole("button", { name: "Use Multilingual E5 small" })).toBeTruthy();
  expect(row.queryByRole("progressbar")).toBeNull();
});

it("brings a model in from a folder, and says why it cannot", async () => {
  const { user, platform, row, callsOf } = await settings();
  platform.fail("importModel", "invalid-input", "/home/ada/Documents is no embedding model: tokenizer.json is missing");
  await user.click(row.getByRole("button", { name: "Bring in a model…" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Bring in a model" }));
  await expectAccessible();
  await user.click(dialog.getByRole("button", { name: "Choose…" }));
  await user.click(dialog.getByRole("button", { name: "Bring it in" }));
  expect((await dialog.findByRole("alert")).textContent).toContain("tokenizer.json is missing");
  await user.click(dialog.getByRole("button", { name: "Bring it in" }));
  expect(await row.findByRole("button", { name: "Use documents" })).toBeTruthy();
  expect(callsOf("importModel")).toEqual([["/home/ada/Documents", null], ["/home/ada/Documents", null]]);
});

it("removes a model, and says why it cannot", async () => {
  const { user, platform, row } = await settings();
  platform.fail("removeModel", "invalid-input", "multilingual-e5-small is in use");
  await user.click(row.getByRole("button", { name: "Remove Multilingual E5 small" }));
  expect((await row.findByRole("alert")).textContent).toContain("is in use");
  await user.click(row.getByRole("button", { name: "Remove Multilingual E5 small" }));
  expect(row.queryByText("Multilingual E5 small")).toBeNull();
});

it("says what a download tells whom before it begins, shows how far it is, and why it failed", async () => {
  const { user, platform, row, callsOf } = await settings();
  await user.click(row.getByRole("button", { name: "Download Paraphrase Multilingual" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Download Paraphrase Multilingual?" }));
  expect(dialog.getByText(/learns the address of this computer and which model/)).toBeTruthy();
  await expectAccessible();
  await user.click(dialog.getByRole("button", { name: "Download" }));
  expect(await row.findByRole("progressbar", { name: "Download of the model" })).toBeTruthy();
  expect(row.getByText(/61 MB of 252 MB/)).toBeTruthy();
  await expectAccessible();
  platform.state.models = fetchEnded(platform.state.models, "failed", { code: "internal", message: "the download was interrupted", retryable: true, details: null });
  expect((await row.findByRole("alert", {}, { timeout: 3_000 })).textContent).toContain("The download was interrupted");
  expect(row.queryByRole("progressbar")).toBeNull();
  expect(callsOf("downloadModel")).toEqual([["paraphrase-multilingual", false]]);
});

it("asks once more on a metered network", async () => {
  const { user, platform, row, callsOf } = await settings();
  platform.fail("downloadModel", "network-metered", "this network is metered, and it has 252 MB");
  await user.click(row.getByRole("button", { name: "Download Paraphrase Multilingual" }));
  await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Download" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Download over a metered network?" }));
  expect(dialog.getByText(/252 MB/)).toBeTruthy();
  expect(row.queryByRole("alert")).toBeNull();
  await expectAccessible();
  await user.click(dialog.getByRole("button", { name: "Download all the same" }));
  expect(await row.findByRole("progressbar", { name: "Download of the model" })).toBeTruthy();
  expect(callsOf("downloadModel")).toEqual([
    ["paraphrase-multilingual", false],
    ["paraphrase-multilingual", true],
  ]);
});

it("is refused behind the air gap", async () => {
  const { user, platform, row } = await settings();
  platform.fail("downloadModel", "invalid-input", "the air gap is on; turn it off in Settings to allow connections");
  await user.click(row.getByRole("button", { name: "Download Paraphrase Multilingual" }));
  await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Download" }));
  expect((await row.findByRole("alert")).textContent).toContain("The air gap is on");
});
