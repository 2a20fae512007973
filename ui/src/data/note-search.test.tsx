import { act, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { HitView } from "../platform";
import { fakeSearch } from "../platform/fake/search";
import { renderScreen } from "../testing/render";
import { useNoteSearch } from "./note-search";
import type { SearchState } from "./search";

function stateOf(query: string, changes: Partial<SearchState> = {}): SearchState {
  const response = fakeSearch({ query, mode: "hybrid", limit: 9, offset: 0, explain: false, sort: "best", facets: false }, 0, 1);
  return { hits: response.hits, response, isPending: false, isPartial: false, error: null, warning: null, retry: () => undefined, ...changes };
}

function Probe({ query, search }: { query: string; search: SearchState }) {
  const note = useNoteSearch(query, search);
  return (
    <button
      type="button"
      onClick={() => {
        note(search.hits[0] as HitView, 1);
      }}
    >
      Open
    </button>
  );
}

let isVisible = true;
beforeEach(() => {
  isVisible = true;
  vi.useFakeTimers();
  vi.spyOn(document, "visibilityState", "get").mockImplementation(() => (isVisible ? "visible" : "hidden"));
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));
const look = (visible: boolean) => {
  isVisible = visible;
  document.dispatchEvent(new Event("visibilitychange"));
};

async function probe(query: string, search = stateOf(query), remembers = true) {
  const view = renderScreen(<div />);
  view.platform.state.settings = { ...view.platform.state.settings, rememberSearches: remembers };
  const show = (query: string, search: SearchState) => {
    view.show(<Probe query={query} search={search} />);
  };
  show(query, search);
  await pass(0);
  await pass(0);
  return { ...view, show };
}

it("notes what somebody stayed with for three seconds, once", async () => {
  const { callsOf, show } = await probe("lease");
  await pass(2_900);
  expect(callsOf("noteSearch")).toEqual([]);
  await pass(200);
  expect(callsOf("noteSearch")).toEqual([[{ query: "lease", total: 1, tookMs: 17.8, opened: null, rank: null }]]);
  show("lease", stateOf("lease"));
  await pass(10_000);
  expect(callsOf("noteSearch")).toHaveLength(1);
  show("rent", stateOf("rent"));
  await pass(3_100);
  expect(callsOf("noteSearch")).toHaveLength(2);
});

it("notes what was done with a hit, and no longer that it was looked at", async () => {
  const { callsOf } = await probe("lease");
  act(() => {
    screen.getByRole("button").click();
  });
  await pass(5_000);
  expect(callsOf("noteSearch")).toEqual([[{ query: "lease", total: 1, tookMs: 17.8, opened: stateOf("lease").hits[0]?.id, rank: 1 }]]);
});

it.each([
  ["while meaning is still being asked", "lease", stateOf("lease", { isPartial: true }), true],
  ["when the search failed", "lease", stateOf("lease", { error: new Error("no") }), true],
  ["of another query", "lease", stateOf("rent"), true],
  ["of no query", "", stateOf("lease"), true],
  ["that the person does not want remembered", "lease", stateOf("lease"), false],
])("notes nothing %s", async (_, query, search, remembers) => {
  const { callsOf } = await probe(query, search, remembers);
  await pass(10_000);
  if (!remembers) act(() => { screen.getByRole("button").click(); });
  expect(callsOf("noteSearch")).toEqual([]);
});

it("begins anew when the hits change, and waits while the window is out of sight", async () => {
  const { callsOf, show } = await probe("lease");
  await pass(2_000);
  show("lease", stateOf("lease", { hits: [] }));
  await pass(2_000);
  expect(callsOf("noteSearch")).toEqual([]);
  look(false);
  await pass(10_000);
  expect(callsOf("noteSearch")).toEqual([]);
  look(true);
  await pass(3_100);
  expect(callsOf("noteSearch")).toHaveLength(1);
});

it("keeps quiet when the noting fails", async () => {
  const { callsOf, platform } = await probe("lease");
  platform.fail("noteSearch", "internal", "no");
  await pass(3_100);
  expect(callsOf("noteSearch")).toHaveLength(1);
});
