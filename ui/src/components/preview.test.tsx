import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { hitOf } from "../platform/fake/search";
import { CORPUS } from "../platform/fake/corpus";
import { expectAccessible, renderScreen } from "../testing/render";
import { cuts, hitsOf } from "../text/hits";
import { Preview } from "./preview";
import { blocksOf } from "./preview/blocks";
import { CodeView, Colored } from "./preview/code-view";
import MarkdownView from "./preview/markdown-view";

it("cuts a long text at line ends, loses nothing, and keeps every highlight whole", () => {
  const line = "a line of forty characters, more or less\n";
  const text = line.repeat(500);
  const highlights = Array.from({ length: 400 }, (_, index): [number, number] => [index * 50 + 20, index * 50 + 45]);
  const hits = hitsOf(text, highlights);
  const blocks = blocksOf(hits);
  expect(blocks.length).toBeGreaterThan(3);
  const marked = blocks.flatMap(([start, end]) => cuts(hits, start, end).filter((cut) => cut.hit !== null));
  expect(marked.map((cut) => [cut.start, cut.end])).toEqual(highlights);
  expect(marked.map((cut) => cut.hit)).toEqual(highlights.map((_, index) => index));
  blocks.forEach(([, end], index) => {
    expect(text.slice(end, blocks[index + 1]?.[0] ?? text.length)).toMatch(/^\n?$/);
  });
});

function show(part: string, query: string, archive: string | null = null) {
  const document = CORPUS.find((one) => one.path.includes(part));
  if (!document) throw new Error("no such document");
  const nothing = () => undefined;
  return renderScreen(<Preview hit={hitOf({ ...document, archive }, [], 1, Date.now(), null)} query={query} onOpen={nothing} onReveal={nothing} onCopyPath={nothing} />);
}

/** What is marked, by the number of the match; a match may be in pieces. */
function marked(container: HTMLElement): string[] {
  const found: string[] = [];
  for (const mark of container.querySelectorAll<HTMLElement>("mark[data-hit]")) {
    const number = Number(mark.dataset["hit"]);
    found[number] = (found[number] ?? "") + (mark.textContent ?? "");
  }
  return found;
}

it("steps through the matches and starts over", async () => {
  const { user, container } = show("offline-search", "search");
  const current = () => container.querySelector("mark.current")?.getAttribute("data-hit");
  await screen.findByText(/^1 of \d/);
  expect(current()).toBe("0");
  await user.click(screen.getByRole("button", { name: "Next match" }));
  expect(current()).toBe("1");
  await user.click(screen.getByRole("button", { name: "Previous match" }));
  await user.click(screen.getByRole("button", { name: "Previous match" }));
  expect(screen.getByText(/^(\d+) of \1$/)).toBeTruthy();
});

it("opens the archive that a file is in", async () => {
  show("offline-search", "search", "/home/ada/Documents/old.zip");
  expect(await screen.findByRole("button", { name: /Open archive/ })).toBeTruthy();
  expect(screen.queryByRole("button", { name: /^Open$/ })).toBeNull();
});

it("renders hostile text as text", async () => {
  const { container } = show("onerror", "search");
  await screen.findByRole("document");
  expect(container.querySelector("script, img")).toBeNull();
  expect(screen.getByRole("document").textContent).toContain("<script>alert('search')</script>");
});

it("says why a file has no text", async () => {
  show("tax-2024", "tax");
  expect(await screen.findByText(/asks for a password/)).toBeTruthy();
});

it("renders Markdown with its matches marked, and nothing in it acts", async () => {
  const { container, user } = show("Allotment guide", "allotment beans calendar");
  await screen.findByRole("heading", { name: "Tending the allotment", level: 3 });
  const rendered = marked(container);
  expect(rendered.length).toBeGreaterThan(5);
  expect(new Set(rendered.map((word) => word.toLowerCase()))).toEqual(new Set(["allotment", "beans", "calendar"]));
  expect(container.querySelector("a, img, script, iframe, b, [onclick], [href], [src]")).toBeNull();
  const text = screen.getByRole("document").textContent ?? "";
  for (const words of ["(https://example.org/calendar)", "javascript:alert(1)", '<b onclick="x()">', '<script>alert("allotment")</script>', "plan.png"]) {
    expect(text).toContain(words.replace(/^\(|\)$/g, ""));
  }
  expect(screen.getAllByRole("columnheader").map((cell) => cell.textContent?.trim())).toEqual(["Bed", "Crop", "Rows"]);
  expect(container.querySelector("blockquote blockquote")?.textContent).toContain("An old saying");
  await waitFor(() => {
    expect(container.querySelector("pre .tok-keyword")?.textContent).toBe("fn");
  });
  await user.click(screen.getByRole("radio", { name: "Text" }));
  expect(screen.getByRole("document").textContent).toContain("# Tending the allotment");
  expect(marked(container)).toEqual(rendered);
  await user.click(screen.getByRole("radio", { name: "Rendered" }));
});

it("shows hostile Markdown, however deep and long", async () => {
  const hostile = [">".repeat(3_000), "[".repeat(3_000), "- ".repeat(1_000), "*".repeat(3_000), "<a href='javascript:x()'>".repeat(200), "|a".repeat(2_000), "|-".repeat(2_000)].join("\n\n");
  const view = renderScreen(<MarkdownView hits={hitsOf(hostile, [[0, 4]])} />);
  await screen.findByText(/javascript:x/);
  expect(view.container.querySelector("a")).toBeNull();
});

it("colours code with its matches marked over the words, and numbers its lines", async () => {
  const { container } = show("beans.py", "beans");
  await waitFor(() => {
    expect(container.querySelector(".tok-keyword")?.textContent).toBe("from");
  });
  const found = marked(container);
  expect(found).toEqual(found.map((word) => (word.startsWith("B") ? "BEANS" : "beans")).map((word, index) => (found[index] === word ? word : "beans")));
  expect(found.length).toBeGreaterThan(4);
  expect([...container.querySelectorAll(".code-number")].slice(0, 3).map((one) => one.textContent)).toEqual(["1", "2", "3"]);
  expect(container.querySelector(".tok-comment mark, .tok-string mark")).not.toBeNull();
  const code = [...container.querySelectorAll(".code-line code")].map((line) => line.textContent).join("");
  expect(code).toContain("    def beans(self) -> int:\n");
});

it("marks a match that goes over several words of code", () => {
  const text = 'let a = "b";';
  const hits = hitsOf(text, [[4, 11]]);
  const tokens = [{ start: 0, end: 3, look: "tok-keyword" }, { start: 8, end: 11, look: "tok-string" }];
  const { container } = renderScreen(<Colored hits={hits} range={[0, text.length]} tokens={tokens} />);
  expect(container.textContent).toBe(text);
  expect(marked(container)).toEqual(['a = "b"']);
  expect(container.querySelectorAll("mark").length).toBe(2);
});

it("shows values as a table, numbers to the right, with its matches marked", async () => {
  const { container, user } = show("beds.csv", "squash");
  expect((await screen.findAllByRole("columnheader")).map((cell) => cell.textContent)).toEqual(["Bed", "Crop", "Rows", "Cost"]);
  expect(screen.getAllByRole("row").length).toBe(41);
  expect(screen.getAllByRole("cell").filter((cell) => cell.textContent === "Squash, yellow").length).toBe(10);
  expect(screen.getAllByRole("cell").find((cell) => cell.textContent === "1.35")?.className).toBe("number");
  expect(marked(container)).toEqual(Array.from({ length: 10 }, () => "Squash"));
  await user.click(screen.getByRole("button", { name: "Next match" }));
  expect(container.querySelector("mark.current")?.getAttribute("data-hit")).toBe("1");
});

it("shows a mail with its head, what it quotes folded, and its conversation", async () => {
  const { container, user, callsOf, settled } = show("Re The allotment", "allotment");
  expect(await screen.findByText("Ben Okafor <ben@example.org>")).toBeTruthy();
  const quoted = container.querySelector("details.quoted");
  expect(quoted?.hasAttribute("open")).toBe(false);
  expect(quoted?.querySelector("summary")?.textContent).toBe("3 quoted lines");
  expect(marked(container)).toEqual(["allotment"]);
  await settled();
  expect(callsOf("search")).toEqual([]);
  await user.click(screen.getByText("Conversation"));
  expect(await screen.findByText("1 other message in this conversation")).toBeTruthy();
  const read = callsOf("preview").length;
  await user.click(screen.getByText("The allotment on Saturday"));
  await waitFor(() => expect(container.querySelector(".thread-message")?.textContent).toMatch(/fence wants mending/));
  expect(callsOf("preview")).toHaveLength(read + 1);
});

it("says why a conversation cannot be shown", async () => {
  const { platform, user } = show("Re The allotment", "allotment");
  await screen.findByText("Ben Okafor <ben@example.org>");
  platform.fail("search", "internal", "the vault is busy");
  await user.click(screen.getByText("Conversation"));
  expect(await screen.findByText("The vault is busy.")).toBeTruthy();
});

it("opens what is quoted where it matches", async () => {
  const { container } = show("Re The allotment", "fence");
  await waitFor(() => {
    expect(container.querySelector("details.quoted[open] mark.current")?.textContent).toBe("fence");
  });
});

it("lists the passages of a long text and goes to each, also beyond what is shown", async () => {
  const { user, container, callsOf } = show("diary", "flooded");
  await user.click(await screen.findByRole("button", { name: /15 passages/ }));
  const list = within(screen.getByRole("navigation", { name: "Passages that match" }));
  const rows = list.getAllByRole("button");
  expect(rows.length).toBe(15);
  await user.click(rows[2] ?? container);
  expect(container.querySelector("mark.current")?.getAttribute("data-hit")).toBe("2");
  await user.click(rows[14] ?? container);
  await screen.findByRole("button", { name: "Show what comes before" });
  const start = callsOf("preview").at(-1)?.[2];
  expect(start).toBeGreaterThan(200_000);
  expect(container.querySelector("mark.current")?.getAttribute("data-hit")).toBe("0");
  await user.click(screen.getByRole("button", { name: "Show what comes before" }));
  await screen.findByRole("button", { name: "Show what comes after" });
  expect(callsOf("preview").at(-1)?.[2]).toBe(Number(start) - 200_000);
});

it("keeps a huge text in pieces that the browser can leave out", () => {
  const text = `${"word ".repeat(40)}\n`.repeat(1_000);
  const { container } = renderScreen(<CodeView hits={hitsOf(text, [])} language={null} isWhole />);
  expect(container.querySelectorAll(".code-block").length).toBeGreaterThan(10);
  expect(container.querySelectorAll(".code-line").length).toBe(1_000);
});

it("shows the page of the first match, turns pages, and steps from match to match over them", async () => {
  const { user, container, callsOf } = show("Lease Brunnenstrasse", "tenant");
  const page = await screen.findByRole("img", { name: "Page 1" });
  expect(page.getAttribute("src")).toMatch(/^data:image\/png;base64,iVBOR/);
  expect(callsOf("previewPage")[0]?.[0]).toMatchObject({ page: null, query: "tenant" });
  expect(screen.getByText(/^1 of \d+ on this page/)).toBeTruthy();
  const marks = () => [...container.querySelectorAll(".page-mark")];
  const onFirst = marks().length;
  expect(onFirst).toBeGreaterThan(1);
  expect(marks()[0]?.className).toContain("current");
  for (let step = 0; step < onFirst; step += 1) await user.click(screen.getByRole("button", { name: "Next match" }));
  await screen.findByRole("img", { name: "Page 2" });
  await user.click(screen.getByRole("button", { name: "Previous match" }));
  await screen.findByRole("img", { name: "Page 1" });
  expect(marks().at(-1)?.className).toContain("current");
  screen.getByRole("document").focus();
  await user.keyboard("{PageDown}");
  await screen.findByRole("img", { name: "Page 2" });
  await user.click(screen.getByRole("radio", { name: "Text" }));
  expect(await screen.findByText(/^1 of \d+$/)).toBeTruthy();
  await user.click(screen.getByRole("radio", { name: "Pages" }));
});

it("shows a picture, and what is known of it below", async () => {
  show("Sunset", "sunset");
  const picture = await screen.findByRole("img", { name: "Sunset at the lake.jpg" });
  expect(picture.getAttribute("src")).toMatch(/^data:image\/png;base64,/);
});

it("has a name for everything", async () => {
  for (const part of ["Allotment guide", "beds.csv", "Re The allotment", "Lease Brunnenstrasse"]) {
    const view = show(part, "allotment");
    await view.settled();
    await expectAccessible();
    view.unmount();
  }
});
