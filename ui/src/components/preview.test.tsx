import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { hitOf } from "../platform/fake/search";
import { CORPUS } from "../platform/fake/corpus";
import { renderScreen } from "../testing/render";
import { cutIntoBlocks, Preview } from "./preview";

it("cuts a long text at line ends, loses nothing, and keeps every highlight whole", () => {
  const line = "a line of forty characters, more or less\n";
  const text = line.repeat(500);
  const highlights = Array.from({ length: 400 }, (_, index): [number, number] => [index * 50 + 20, index * 50 + 45]);
  const blocks = cutIntoBlocks(text, highlights);
  expect(blocks.length).toBeGreaterThan(3);
  const marked = blocks.flatMap((block) => block.highlights.map(([start, end]) => block.text.slice(start, end)));
  expect(marked).toEqual(highlights.map(([start, end]) => text.slice(start, end)));
  expect(blocks.map((block) => block.firstHit + block.highlights.length).at(-1)).toBe(400);
  const next = blocks.slice(1).map((block) => block.start);
  blocks.slice(0, -1).forEach((block, index) => {
    expect(text.slice(block.start, next[index]).replace(/\n$/, "")).toBe(block.text);
  });
});

function show(part: string, query: string, archive: string | null = null) {
  const document = CORPUS.find((one) => one.path.includes(part));
  if (!document) throw new Error("no such document");
  const nothing = () => undefined;
  return renderScreen(<Preview hit={hitOf({ ...document, archive }, [], 1, Date.now(), null)} query={query} onOpen={nothing} onReveal={nothing} onCopyPath={nothing} />);
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
