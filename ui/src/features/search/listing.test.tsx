// How results are narrowed, ordered, grouped and explained.

import { act, screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { expectAccessible, renderScreen } from "../../testing/render";
import { SearchScreen } from "./search-screen";

const box = () => screen.getByRole<HTMLInputElement>("combobox", { name: "Search" });
const results = () => screen.getByRole("listbox", { name: "Results" });
const rows = () => within(results()).getAllByRole("option");
const titles = () => rows().map((row) => row.querySelector(".title")?.textContent);
const facets = () => screen.findByRole("toolbar", { name: "Narrow down" });
const facet = async (name: RegExp) => within(await facets()).findByRole("button", { name });

async function open(hash: string) {
  const view = renderScreen(<SearchScreen />, { hash });
  await screen.findByText(/results?,/);
  await view.settled();
  return view;
}

interface Asked {
  query: string;
  facets: boolean;
  sort: string;
  limit: number;
}

const asked = (calls: unknown[][]) => calls.map(([request]) => request as Asked);

it("counts what narrows, and a click adds the operator and removes it again", async () => {
  const { user } = await open("#/search?q=search&facets=shown");
  await user.click(await facet(/^PDF 3/));
  await screen.findByRole("button", { name: "Remove type:pdf" });
  expect(box().value).toBe("search");
  await waitFor(() => expect(titles()).toHaveLength(3));
  const pressed = await facet(/^PDF/);
  await waitFor(() => expect(pressed.getAttribute("aria-pressed")).toBe("true"));
  await expectAccessible();
  await user.click(pressed);
  await waitFor(() => expect(screen.queryByRole("button", { name: "Remove type:pdf" })).toBeNull());
  expect(window.location.hash).toContain("q=search");
});

it("keeps alternatives together when it narrows them", async () => {
  const { user } = await open("#/search?q=the+%7C+search&facets=shown");
  await user.click(await facet(/^PDF/));
  expect(new URLSearchParams(window.location.hash.split("?")[1]).get("q")).toBe("type:pdf (the | search)");
});

it("is one stop of the Tab key, walked with the arrows", async () => {
  const { user } = await open("#/search?q=search&facets=shown");
  const all = within(await facets()).getAllByRole("button");
  expect(all.filter((button) => button.tabIndex === 0)).toHaveLength(1);
  act(() => { all[0]?.focus(); });
  await user.keyboard("{ArrowDown}{ArrowDown}");
  expect(document.activeElement).toBe(all[2]);
  expect(all[2]?.tabIndex).toBe(0);
  await user.keyboard("{End}{Home}{ArrowUp}{Enter}");
  expect(window.location.hash).toContain("q=type%3A");
});

it("opens a long group", async () => {
  const { user } = await open("#/search?q=search&facets=shown");
  const kinds = within(await facets()).getByRole("group", { name: "Kind" });
  expect(within(kinds).getAllByRole("button")).toHaveLength(6);
  await user.click(within(kinds).getByRole("button", { name: "6 more of Kind" }));
  expect(within(kinds).getAllByRole("button")).toHaveLength(12);
});

it("is not there where nothing can be narrowed, and not asked for where it is hidden", async () => {
  const { callsOf, user } = await open("#/search?q=xylophone+OR+lease&facets=hidden");
  expect(asked(callsOf("search")).some((request) => request.facets)).toBe(false);
  await user.keyboard("{Control>}b{/Control}");
  await waitFor(() => expect(asked(callsOf("search")).at(-1)).toMatchObject({ facets: true, limit: 1 }));
  expect(window.location.hash).toContain("facets=shown");
});

it("is not there for a single hit", async () => {
  const { callsOf } = await open("#/search?q=sourdough&facets=shown");
  await waitFor(() => expect(asked(callsOf("search")).some((request) => request.facets)).toBe(true));
  expect(screen.queryByRole("toolbar")).toBeNull();
});

it("counts once typing has paused, not at each letter", async () => {
  const { user, callsOf } = await open("#/search?q=search&facets=shown");
  await facets();
  await user.type(box(), "es for a");
  await waitFor(() => expect(asked(callsOf("search")).filter((request) => request.facets).at(-1)?.query).toBe("searches for a"));
  expect(asked(callsOf("search")).filter((request) => request.facets).length).toBeLessThan(5);
});

it("orders by what was chosen, in the address", async () => {
  const { user, callsOf } = await open("#/search?q=search");
  await user.selectOptions(screen.getByLabelText("Sort"), "largest");
  await waitFor(() => expect(asked(callsOf("search")).at(-1)?.sort).toBe("largest"));
  await waitFor(() => expect(titles()[0]).toBe("Talk on private search.mp4"));
  expect(window.location.hash).toContain("sort=largest");
  act(() => { window.history.back(); });
  await waitFor(() => expect(screen.getByLabelText<HTMLSelectElement>("Sort").value).toBe(""));
});

it("cannot order what changed last", async () => {
  renderScreen(<SearchScreen />, { hash: "#/search" });
  expect((await screen.findByLabelText<HTMLSelectElement>("Sort")).disabled).toBe(true);
});

it("groups by folder, and the arrows walk the rows as they stand", async () => {
  const { user } = await open("#/search?q=search");
  await user.selectOptions(screen.getByLabelText("Group"), "folder");
  expect(window.location.hash).toContain("group=folder");
  const groups = within(results()).getAllByRole("group");
  expect(groups.map((group) => group.getAttribute("aria-label"))).toContain("Notes");
  const first = within(groups[0] as HTMLElement).getAllByRole("option");
  expect(first.length).toBeGreaterThan(1);
  expect(rows().map((row) => row.getAttribute("aria-posinset")).slice(0, 3)).toEqual(["1", "2", "3"]);
  await expectAccessible();
  await user.click(box());
  await user.keyboard("{ArrowDown}");
  expect(rows()[1]?.getAttribute("aria-selected")).toBe("true");
});

it("says nothing of a place that a result does not have", async () => {
  const { user } = await open("#/search?q=search&mode=words");
  await user.click(await screen.findByRole("button", { name: /^Why this result/ }));
  const facts = screen.getAllByRole("term").map((term) => term.textContent);
  expect(facts).toContain("Words");
  expect(facts).not.toContain("Meaning");
});

it("groups by source, each under the name of its folder", async () => {
  await open("#/search?q=private&group=source");
  const groups = within(results()).getAllByRole("group").map((group) => group.getAttribute("aria-label"));
  expect(groups.sort()).toEqual(["Documents", "reference"]);
});

it("says why a result was found, in short and in full", async () => {
  const { user } = await open("#/search?q=search");
  const why = await screen.findByRole("button", { name: /^Why this result: Found as no\. \d+ by words/ });
  expect(why.getAttribute("aria-expanded")).toBe("false");
  await user.click(why);
  expect(screen.getByText(/^No\. \d+ of what the words find$/)).toBeTruthy();
  expect(screen.getByText("Meaning", { selector: "dt" })).toBeTruthy();
  await expectAccessible();
  await user.click(why);
  expect(screen.queryByText("Meaning", { selector: "dt" })).toBeNull();
});

it("notes a search after which something was opened, with all that narrowed it", async () => {
  const { user, callsOf } = await open("#/search?q=search&kind=markdown");
  await user.keyboard("{ArrowDown}{Enter}");
  await waitFor(() => expect(callsOf("noteSearch")).toMatchObject([[{ query: "search type:markdown", total: 5, rank: 2 }]]));
});

it("notes nothing where opening failed", async () => {
  const { user, platform, callsOf } = await open("#/search?q=search");
  platform.fail("open", "not-found", "this file is no longer there");
  await user.keyboard("{Enter}");
  await screen.findByText("This file is no longer there.");
  expect(callsOf("noteSearch")).toEqual([]);
});
