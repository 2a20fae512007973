import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { nameOfQuery, SaveSearchButton } from "../../components/save-search";
import { expectAccessible, renderScreen } from "../../testing/render";
import { SavedSearches } from "./saved-searches";


async function side() {
  const view = renderScreen(<SavedSearches />, { start: "used" });
  await screen.findByRole("region", { name: "Saved searches" });
  return view;
}

it("is not there while nothing is saved", async () => {
  const { settled } = renderScreen(<SavedSearches />);
  await settled();
  expect(screen.queryByRole("region", { name: "Saved searches" })).toBeNull();
});

it("lists searches with their new matches", async () => {
  await side();
  expect(screen.getAllByRole("link").map((link) => link.textContent)).toEqual(["Unpaid invoices3 new", "Recipes with lentils"]);
  await expectAccessible();
});

it("lists the results of a saved search as those before it", async () => {
  window.history.replaceState(null, "", "#/search?q=lease&id=7&sort=newest&group=folder&facets=shown");
  const { user } = await side();
  await user.click(screen.getByRole("link", { name: /Recipes/ }));
  expect(window.location.hash).toBe("#/search?q=path%3ARecipes+lentil&sort=newest&group=folder&facets=shown");
});

it("searches on a click, and the new matches are seen", async () => {
  const { user, callsOf } = await side();
  await user.click(screen.getByRole("link", { name: /Unpaid/ }));
  expect(new URLSearchParams(window.location.hash.split("?")[1]).get("q")).toBe("type:pdf invoice");
  expect(callsOf("savedSearchSeen")).toEqual([["s1"]]);
  await waitFor(() => expect(screen.getByRole("link", { name: /Unpaid/ }).textContent).toBe("Unpaid invoices"));
  expect(screen.getByRole("link", { name: /Unpaid/ }).getAttribute("aria-current")).toBe("true");
});

it("renames, and turns notifications on, by keyboard", async () => {
  const { user, callsOf } = await side();
  screen.getByRole("button", { name: "Change “Recipes with lentils”" }).focus();
  await user.keyboard("{Enter}");
  await expectAccessible();
  await user.keyboard("Flat{Tab} {Enter}");
  await waitFor(() => expect(callsOf("saveSearch")).toEqual([[{ id: "s2", name: "Flat", query: "path:Recipes lentil", notify: true }]]));
  expect(await screen.findByRole("link", { name: /Flat/ })).toBeTruthy();
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

it("keeps the dialog open and says why when saving fails", async () => {
  const { user, platform } = await side();
  await user.click(screen.getByRole("button", { name: "Change “Recipes with lentils”" }));
  platform.fail("saveSearch", "invalid-input", "there is a saved search of this name already");
  await user.keyboard("{Enter}");
  expect((await screen.findByRole("alert")).textContent).toBe("There is a saved search of this name already.");
});

it.each([["by click"], ["by key"]])("deletes, and takes it back %s", async (how) => {
  const { user, callsOf } = await side();
  await user.click(screen.getByRole("button", { name: "Change “Unpaid invoices”" }));
  await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Delete" }));
  expect(callsOf("removeSavedSearch")).toEqual([["s1"]]);
  await waitFor(() => expect(screen.queryByRole("link", { name: /Unpaid/ })).toBeNull());
  await screen.findByText("“Unpaid invoices” deleted");
  if (how === "by click") await user.click(screen.getByRole("button", { name: "Undo" }));
  else await user.keyboard("{Control>}z{/Control}");
  expect(await screen.findByRole("link", { name: /Unpaid/ })).toBeTruthy();
  expect(callsOf("saveSearch")).toEqual([[{ id: null, name: "Unpaid invoices", query: "type:pdf invoice", notify: true }]]);
  expect(screen.queryByText("“Unpaid invoices” deleted")).toBeNull();
});

it("says why, and shows it again, when deleting fails", async () => {
  const { user, platform } = await side();
  platform.fail("removeSavedSearch", "internal", "the vault is busy");
  await user.click(screen.getByRole("button", { name: "Change “Recipes with lentils”" }));
  await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Delete" }));
  expect(await screen.findByText("The vault is busy.")).toBeTruthy();
  expect(await screen.findByRole("link", { name: "Recipes with lentils" })).toBeTruthy();
});

it("saves what is shown with Ctrl+S", async () => {
  const { user, callsOf } = renderScreen(<SaveSearchButton query={'type:pdf "lease agreement"'} />);
  await user.keyboard("{Control>}s{/Control}");
  expect(screen.getByRole<HTMLInputElement>("textbox", { name: "Name" }).value).toBe("Pdf lease agreement");
  await user.keyboard("{Enter}");
  await waitFor(() => expect(callsOf("saveSearch")).toEqual([[{ id: null, name: "Pdf lease agreement", query: 'type:pdf "lease agreement"', notify: false }]]));
});

it.each([
  ["lease", "Lease"],
  ["type:pdf,docx from:ada budget", "Pdf,docx ada budget"],
  ["newer_than:7d", "7d"],
  ["a\u202Eb", "A⟨RLO⟩b"],
  ["x".repeat(100), `X${"x".repeat(59)}`],
])("calls %j %j", (query, name) => {
  expect(nameOfQuery(query)).toBe(name);
});
