import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import type { Settings } from "../../platform";
import { expectAccessible, renderScreen } from "../../testing/render";
import { SettingsScreen } from "./settings-screen";
import { inWords } from "./spark";

async function settings(hash = "#/settings", start = "used") {
  const view = renderScreen(<SettingsScreen />, { hash, start });
  const row = (name: string) => within(screen.getByRole("region", { name }));
  await screen.findByRole("region", { name: "Insights" });
  await view.settled();
  return { ...view, row };
}

const past = () => within(screen.getByRole("list", { name: "Past searches" })).getAllByRole("link").map((link) => link.textContent);

it("says that searches stay on this computer, and stops noting them", async () => {
  const { user, callsOf, row } = await settings();
  expect(row("Remember searches").getByText(/stays on this computer/)).toBeTruthy();
  await user.click(screen.getByRole("switch", { name: "Remember searches" }));
  await waitFor(() => expect((callsOf("saveSettings").at(-1)?.[0] as Settings).rememberSearches).toBe(false));
  expect(await screen.findByText("Atom notes no more searches")).toBeTruthy();
  await expectAccessible();
});

it("forgets one search, by keyboard", async () => {
  const { user, callsOf } = await settings();
  expect(past()).toHaveLength(6);
  screen.getByRole("button", { name: "Forget “xylophone lessons”" }).focus();
  await user.keyboard("{Enter}");
  expect(callsOf("forgetHistory")).toEqual([["xylophone lessons"]]);
  await waitFor(() => expect(past()).toEqual(["lease notice", "type:pdf invoice", "budget 2026", "who repairs the heating", "sourdough"]));
});

it("asks with the exact count before it forgets all, and keeps them when asked to", async () => {
  const { user, callsOf } = await settings();
  await user.click(screen.getByRole("button", { name: "Clear history…" }));
  await screen.findByRole("alertdialog", { name: "Forget 6 past searches?" });
  await expectAccessible();
  await user.keyboard("{Enter}");
  expect(callsOf("forgetHistory")).toEqual([]);
  await user.click(screen.getByRole("button", { name: "Clear history…" }));
  await user.click(screen.getByRole("button", { name: "Forget 6 past searches" }));
  expect(callsOf("forgetHistory")).toEqual([[null]]);
  expect(await screen.findByText("No past searches.")).toBeTruthy();
});

it("brings a search back, and says why, when it cannot be forgotten", async () => {
  const { user, platform } = await settings();
  platform.fail("forgetHistory", "internal", "the vault is busy");
  await user.click(screen.getByRole("button", { name: "Forget “sourdough”" }));
  expect(await screen.findByText("The vault is busy.")).toBeTruthy();
  await waitFor(() => expect(past()).toContain("sourdough"));
});

it("searches again from the list", async () => {
  const { user } = await settings();
  await user.click(within(screen.getByRole("list", { name: "Past searches" })).getByRole("link", { name: "budget 2026" }));
  expect(window.location.hash).toBe("#/search?q=budget+2026");
});

it("shows figures, thirty days, what was sought in vain and what most often", async () => {
  const { row } = await settings();
  const insights = row("Insights");
  const facts = insights.getAllByRole("definition").map((figure) => figure.textContent);
  expect(facts).toEqual(["32", "56%", "no. 1", "6 ms"]);
  expect(insights.getByText(/usual time; 95 of 100 took at most 19 ms/)).toBeTruthy();
  expect(insights.getByRole("img").getAttribute("aria-label")).toMatch(/^Searches a day in the last 30 days: \d+ in all, most on .* with 32, none on \d+ days$/);
  const lists = ["Sought in vain", "Sought most often"].map((name) => within(insights.getByRole("region", { name })).getAllByRole("link").map((link) => link.textContent));
  expect(lists).toEqual([["xylophone lessons"], ["budget 2026", "type:pdf invoice", "lease notice", "sourdough", "xylophone lessons"]]);
});

it("says exactly what it forgets before insights are cleared", async () => {
  const { user, callsOf } = await settings();
  await user.click(screen.getByRole("button", { name: "Clear insights…" }));
  const dialog = within(await screen.findByRole("alertdialog", { name: "Forget 32 searches?" }));
  expect(dialog.getAllByRole("listitem").map((item) => item.textContent)).toEqual([
    "32 searches: the words, when, and what was found",
    "how long each of them took",
    "how often each file was opened; what you open often no longer comes first",
  ]);
  await expectAccessible();
  await user.click(dialog.getByRole("button", { name: "Forget 32 searches" }));
  expect(callsOf("clearInsights")).toEqual([[]]);
  expect(await screen.findByText(/Nothing is counted yet/)).toBeTruthy();
});

it("says so while there is nothing", async () => {
  await settings("#/settings", "open");
  expect(screen.getByText("No past searches.")).toBeTruthy();
  expect(screen.getByText(/Nothing is counted yet/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: /^Clear/ })).toBeNull();
});

it.each([["history", "Search history"], ["insights", "Insights"], ["backup", "Backup"], ["theme", "Theme"]])("comes to the place that the address names: %s", async (at, name) => {
  await settings(`#/settings?at=${at}`);
  expect(document.activeElement).toBe(screen.getByRole("region", { name }));
  expect(window.location.hash).toBe("#/settings");
});

it("puts the days in words", () => {
  const dayOf = (index: number) => `day ${index}`;
  expect([inWords([0, 3, 1], dayOf), inWords([0, 0], dayOf)]).toEqual(["Searches a day in the last 3 days: 4 in all, most on day 1 with 3, none on 1 day", "Searches a day in the last 2 days: 0 in all"]);
});
