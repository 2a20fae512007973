import { screen, waitFor, within } from "@testing-library/react";
import { useRef, useState } from "react";
import { expect, it, vi } from "vitest";
import type { Chip, CompletionView } from "../platform";
import { expectAccessible, renderScreen } from "../testing/render";
import { QueryBox } from "./query-box";

const NO_CHIPS: readonly Chip[] = [];

function Holder({ onKey }: { onKey: (key: string) => void }) {
  const [query, setQuery] = useState("");
  const input = useRef<HTMLInputElement>(null);
  return (
    <main>
      <h1>Search</h1>
      <QueryBox
        query={query}
        onQuery={setQuery}
        chips={NO_CHIPS}
        label="Search"
        placeholder=""
        listId="rows"
        activeId="rows-1"
        inputRef={input}
        onKeyDown={(event) => {
          onKey(event.key);
        }}
      />
      <div id="rows" role="listbox" aria-label="Results">
        <div id="rows-1" role="option" aria-selected>
          One
        </div>
      </div>
      <button type="button">Next</button>
    </main>
  );
}

const box = () => screen.getByRole<HTMLInputElement>("combobox");
const popup = () => screen.findByRole("listbox", { name: "Completions" });
const isClosed = () => expect(screen.queryByRole("listbox", { name: "Completions" })).toBeNull();
const labels = async () => within(await popup()).getAllByRole("option").map((option) => option.querySelector(".name")?.textContent);

function hold() {
  const keys: string[] = [];
  const view = renderScreen(<Holder onKey={(key) => keys.push(key)} />);
  return { ...view, keys };
}

it("offers names of operators from two letters on, with what they are for", async () => {
  const { user } = hold();
  await user.type(box(), "na");
  const option = within(await popup()).getByRole("option", { name: /name:.*in the name/ });
  expect(option.getAttribute("aria-selected")).toBe("false");
  expect(box().getAttribute("aria-controls")?.split(" ")).toHaveLength(2);
  expect(box().getAttribute("aria-activedescendant")).toBe("rows-1");
  await expectAccessible();
  await user.clear(box());
  await waitFor(isClosed);
});

it("offers values behind a colon, and takes the first with Tab", async () => {
  const { user } = hold();
  await user.type(box(), "lease type:");
  expect((await labels())[0]).toBe("audio");
  await user.type(box(), "p");
  await waitFor(async () => expect(await labels()).toEqual(["pdf"]));
  await user.tab();
  expect(box().value).toBe("lease type:pdf ");
  expect(box().selectionStart).toBe(15);
  await waitFor(isClosed);
});

it("takes what is not there yet when Tab is faster than the answer", async () => {
  const { user } = hold();
  await user.type(box(), "ty");
  await user.tab();
  await waitFor(() => expect(box().value).toBe("type:"));
  expect(document.activeElement).toBe(box());
});

it("lets Tab go on where there is nothing to complete", async () => {
  const { user } = hold();
  await user.type(box(), "lease ");
  await user.tab();
  expect(document.activeElement).toBe(screen.getByRole("button"));
});

it("leaves the arrows to the results, and gives way to them", async () => {
  const { user, keys } = hold();
  await user.type(box(), "ty");
  await popup();
  await user.keyboard("{ArrowDown}{Enter}");
  expect(keys.slice(-2)).toEqual(["ArrowDown", "Enter"]);
  isClosed();
});

it.each(["{Control>} {/Control}", "{Alt>}{ArrowDown}{/Alt}"])("is entered with %s, walked with the arrows and taken with Enter", async (enter) => {
  const { user, keys } = hold();
  await user.type(box(), "lease ");
  await user.keyboard(enter);
  expect((await labels()).slice(0, 2)).toEqual(["type:", "name:"]);
  const option = (place: number) => screen.getAllByRole("option")[place];
  expect(box().getAttribute("aria-activedescendant")).toBe(option(0)?.id);
  await user.keyboard("{ArrowDown}");
  expect(option(1)?.getAttribute("aria-selected")).toBe("true");
  expect(box().getAttribute("aria-activedescendant")).toBe(option(1)?.id);
  await expectAccessible();
  keys.length = 0;
  await user.keyboard("{ArrowUp}{ArrowUp}{ArrowDown}{ArrowDown}{Enter}");
  expect(box().value).toBe("lease name:");
  expect(keys.filter((key) => key !== "Control" && key !== "Alt")).toEqual([]);
});

it("closes with Escape and stays closed for this query", async () => {
  const { user, keys } = hold();
  await user.type(box(), "ty");
  await popup();
  await user.keyboard("{Escape}");
  isClosed();
  expect(keys).not.toContain("Escape");
  await user.keyboard("{Escape}");
  expect(keys).toContain("Escape");
  await user.type(box(), "p");
  await popup();
});

it("is taken with a click, and the focus stays", async () => {
  const { user } = hold();
  await user.type(box(), "ty");
  await user.click(within(await popup()).getByRole("option"));
  expect(box().value).toBe("type:");
  expect(document.activeElement).toBe(box());
});

it("brings a past search back whole", async () => {
  const { user, platform } = hold();
  for (const query of ["lease type:pdf", "lease rent", "lease home", "lease old"]) platform.personal.note({ query, total: 1, tookMs: 1, opened: null, rank: null }, 1);
  await user.type(box(), "le");
  expect(await labels()).toEqual(["lease old", "lease home", "lease rent"]);
  await user.keyboard("{Control>} {/Control}{ArrowDown}{Enter}");
  expect(box().value).toBe("lease home");
  await waitFor(isClosed);
});

it("completes in the middle of a query too", async () => {
  const { user } = hold();
  await user.type(box(), "lease rent");
  box().setSelectionRange(6, 6);
  await user.keyboard("ty");
  await popup();
  await user.tab();
  expect(box().value).toBe("lease type:rent");
  expect(box().selectionStart).toBe(11);
});

it("never shows the answer to an older query", async () => {
  const { user, platform } = hold();
  const answers = new Map<string, (list: CompletionView[]) => void>();
  vi.spyOn(platform, "complete").mockImplementation((query) => new Promise((done) => answers.set(query, done)));
  await user.type(box(), "ty");
  await waitFor(() => expect(answers.has("ty")).toBe(true));
  await user.clear(box());
  await user.type(box(), "na");
  await waitFor(() => expect(answers.has("na")).toBe(true));
  const one = (insert: string): CompletionView => ({ label: insert, detail: "", kind: "operator", start: 0, end: 2, insert });
  answers.get("na")?.([one("name:")]);
  expect(await labels()).toEqual(["name:"]);
  answers.get("ty")?.([one("type:")]);
  await Promise.resolve();
  expect(await labels()).toEqual(["name:"]);
});
