import { act, screen, waitFor, within } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { fakeSearch } from "../../platform/fake/search";
import { expectAccessible, renderScreen } from "../../testing/render";
import { SearchScreen } from "./search-screen";

const box = () => screen.getByRole<HTMLInputElement>("combobox", { name: "Search" });
const rows = () => within(screen.getByRole("listbox", { name: "Results" })).getAllByRole("option");
const rowsThere = async () => within(await screen.findByRole("listbox", { name: "Results" })).findAllByRole("option");
const titles = () => rows().map((row) => row.querySelector(".title")?.textContent);
const selectedTitle = () => rows().find((row) => row.getAttribute("aria-selected") === "true")?.querySelector(".title")?.textContent;

async function search(query: string, hash = "#/search") {
  const view = renderScreen(<SearchScreen />, { hash });
  await rowsThere();
  if (query) {
    await view.user.type(box(), query);
    await waitFor(() => expect(view.callsOf("search").at(-1)).toMatchObject([{ query }]));
    await screen.findByText(/results?,/);
    // Until the second answer is merged in, rows may still move.
    await view.settled();
  }
  return view;
}

it("lists what changed last before anything is typed", async () => {
  await search("");
  expect(titles()[0]).toBe("fusion.rs");
  await expectAccessible();
});

it("asks for words at each letter, and for both once typing pauses", async () => {
  const { callsOf } = await search("lease");
  const asked = () => callsOf("search").map(([request]) => request as { query: string; mode: string });
  await waitFor(() => expect(asked().filter(({ mode }) => mode === "hybrid").map(({ query }) => query)).toContain("lease"));
  const last = asked().filter(({ query }) => query === "lease");
  expect(last.map(({ mode }) => mode)).toEqual(["words", "hybrid"]);
});

it("shows results with marks, a preview with the first match, and why it was found", async () => {
  await search("rent");
  const row = await screen.findByRole("option", { name: /Lease agreement/ });
  expect(within(row).getAllByText("rent", { selector: "mark" }).length).toBeGreaterThan(0);
  expect(await screen.findByText(/^Found as/)).toBeTruthy();
  expect(await screen.findByText(/^1 of \d/)).toBeTruthy();
  await expectAccessible();
});

it("merges the second answer in without moving the row that the user is on", async () => {
  const view = renderScreen(<SearchScreen />);
  await rowsThere();
  const search = view.platform.search.bind(view.platform);
  let answer: () => void = () => undefined;
  const mayAnswer = new Promise<void>((done) => {
    answer = done;
  });
  vi.spyOn(view.platform, "search").mockImplementation(async (request) => {
    if (request.mode === "hybrid") await mayAnswer;
    return search(request);
  });
  await view.user.type(box(), "search");
  await screen.findByText(/looking for meaning/);
  await view.user.keyboard("{ArrowDown}{ArrowDown}{ArrowDown}{ArrowDown}{ArrowDown}");
  const before = selectedTitle();
  const place = titles().indexOf(before);
  answer();
  await waitFor(() => expect(screen.queryByText(/looking for meaning/)).toBeNull());
  expect(place).toBe(5);
  expect(titles().indexOf(before)).toBe(5);
  expect(selectedTitle()).toBe(before);
});

it("opens, reveals and copies by keys", async () => {
  const { user, callsOf } = await search("lease");
  const id = (fakeSearch({ query: "lease", mode: "hybrid", limit: 9, offset: 0, explain: false, sort: "best", facets: false }, Date.now(), 1).hits[0] ?? { id: "" }).id;
  await user.keyboard("{Enter}");
  await user.keyboard("{Control>}{Enter}{/Control}");
  await user.keyboard("{Control>}c{/Control}");
  await user.keyboard("{Control>}{Shift>}C{/Shift}{/Control}");
  expect([callsOf("open"), callsOf("reveal"), callsOf("copyPath")]).toEqual([[[id]], [[id]], [[id]]]);
  expect(callsOf("copyText")).toHaveLength(1);
});

it("copies what is marked in the query rather than the path", async () => {
  const { user, callsOf } = await search("lease");
  box().setSelectionRange(0, 3);
  await user.keyboard("{Control>}c{/Control}");
  expect(callsOf("copyPath")).toEqual([]);
});

it("keeps query, filters and selection in the address", async () => {
  const { user } = await search("search");
  await user.selectOptions(screen.getByLabelText("Kind"), "markdown");
  await waitFor(() => expect(titles().every((title) => /\.md$|notes|Atom/.test(title ?? ""))).toBe(true));
  await user.click(box());
  await user.keyboard("{ArrowDown}");
  expect(window.location.hash).toMatch(/q=search&kind=markdown&id=\d+/);
});

it("takes its state from the address", async () => {
  await search("", "#/search?q=lease&mode=words");
  expect(box().value).toBe("lease");
  expect(screen.getByRole<HTMLInputElement>("radio", { name: "Words" }).checked).toBe(true);
});

it("keeps the selected row when an address with operators is opened", async () => {
  await search("", "#/search?q=type%3Amarkdown+search&id=75");
  await screen.findByRole("button", { name: "Remove type:markdown" });
  expect(window.location.hash).toContain("id=75");
});

it("turns a finished operator into a pill, and Backspace takes it back", async () => {
  const { user } = await search("type:pdf lea");
  await screen.findByRole("button", { name: "Remove type:pdf" });
  expect(box().value).toBe("lea");
  box().setSelectionRange(0, 0);
  await user.keyboard("{Backspace}");
  expect(screen.queryByRole("button", { name: "Remove type:pdf" })).toBeNull();
  expect(box().value).toBe("lea");
});

it("completes operators with Tab and leaves Tab alone otherwise", async () => {
  const { user } = await search("");
  await user.type(box(), "ty");
  await user.tab();
  expect(box().value).toBe("type:");
  await user.clear(box());
  await user.tab();
  expect(document.activeElement).not.toBe(box());
});

it("says what was searched when nothing is found, and offers the way back", async () => {
  const { user } = renderScreen(<SearchScreen />, { hash: "#/search?q=lease&kind=video" });
  expect(await screen.findByRole("heading", { name: "Nothing found" })).toBeTruthy();
  expect(screen.getByText(/not read yet/)).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Search without filters" }));
  expect((await rowsThere()).length).toBeGreaterThan(0);
});

it("says what failed and tries again", async () => {
  const again = renderScreen(<SearchScreen />, { hash: "#/search" });
  await rowsThere();
  again.platform.fail("search", "index-corrupt", "the word index is damaged and is being rebuilt");
  act(() => {
    window.location.hash = "#/search?q=lease&mode=words";
  });
  expect((await screen.findByRole("alert")).textContent).toContain("The word index is damaged and is being rebuilt.");
  await again.user.click(screen.getByRole("button", { name: "Try again" }));
  expect((await rowsThere()).length).toBeGreaterThan(0);
});

it("shows words and says so when meaning fails", async () => {
  const view = renderScreen(<SearchScreen />, { latency: { words: 0, hybrid: 30, other: 0 } });
  await rowsThere();
  const search = view.platform.search.bind(view.platform);
  vi.spyOn(view.platform, "search").mockImplementation((request) => {
    if (request.mode === "hybrid") return Promise.reject(new Error("the model is missing"));
    return search(request);
  });
  await view.user.type(box(), "lease");
  expect(await screen.findByText(/Only words were searched/)).toBeTruthy();
  expect(rows().length).toBeGreaterThan(0);
});

it("renders hostile names inert, on one line, with nothing hidden", async () => {
  const { container } = await search("", "#/search?q=path%3ADownloads%20name");
  await screen.findByRole("option", { name: /onerror=alert/ });
  expect(container.querySelector("img, script")).toBeNull();
  expect(titles()).toContain("invoiceRLOfdp.exe.txt");
  expect(titles()).toContain("twoLFlines.txt");
});

it("keeps ten thousand rows out of the page", async () => {
  const view = renderScreen(<SearchScreen />, { hash: "#/search" });
  await rowsThere();
  const one = fakeSearch({ query: "lease", mode: "words", limit: 1, offset: 0, explain: false, sort: "best", facets: false }, Date.now(), 1);
  const hit = one.hits[0];
  if (!hit) throw new Error("the fake lost the lease");
  vi.spyOn(view.platform, "search").mockImplementation((request) =>
    Promise.resolve({ ...one, query: request.query, mode: request.mode, total: 10_000, hits: Array.from({ length: 10_000 }, (_, index) => ({ ...hit, id: `x${index}`, rank: index + 1 })) }),
  );
  await view.user.type(box(), "x");
  await waitFor(() => expect(rows()[0]?.getAttribute("aria-setsize")).toBe("10000"));
  expect(rows().length).toBeLessThan(60);
});
