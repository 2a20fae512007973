// Finding the like of a file or a text, and the sheet of operators.

import { act, screen, waitFor, within } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { expectAccessible, renderScreen } from "../../testing/render";
import { SearchScreen } from "./search-screen";

const box = () => screen.getByRole<HTMLInputElement>("combobox", { name: "Search" });
const pill = () => screen.findByRole("button", { name: /^Remove Similar to/ });
const address = () => new URLSearchParams(window.location.hash.split("?")[1]);

async function open(hash: string) {
  const view = renderScreen(<SearchScreen />, { hash });
  await screen.findByRole("listbox", { name: "Results" });
  await view.settled();
  return view;
}

it("finds what is like the selected file by key, and Back comes back", async () => {
  const { user, callsOf } = await open("#/search?q=lease");
  const id = within(screen.getByRole("listbox", { name: "Results" })).getAllByRole("option")[0]?.id.split("-").at(-1) ?? "";
  await user.keyboard("{Control>}{Shift>}S{/Shift}{/Control}");
  expect((await screen.findByRole("button", { name: "Remove Similar to Lease agreement Brunnenstrasse 14" })).textContent).toContain("Lease agreement");
  expect(callsOf("similar")).toEqual([[{ id, text: null, limit: 50 }]]);
  await screen.findByText(/files?, the most similar first/);
  expect(box().value).toBe("");
  expect(address().get("like")).toBe(id);
  await expectAccessible();
  act(() => { window.history.back(); });
  await waitFor(() => expect(box().value).toBe("lease"));
});

it.each(["pill", "Backspace", "Escape", "typing"])("ends with %s", async (how) => {
  const { user } = await open("#/search?like=1");
  const remove = await pill();
  if (how === "pill") await user.click(remove);
  else if (how === "typing") await user.type(box(), "rent");
  else await user.type(box(), `{${how}}`);
  await waitFor(() => expect(screen.queryByRole("button", { name: /^Remove Similar to/ })).toBeNull());
  expect(address().get("like")).toBeNull();
  expect(address().get("q")).toBe(how === "typing" ? "rent" : null);
});

it("never names another file than the one that results are like", async () => {
  const { platform } = await open("#/search?like=1");
  const first = (await pill()).textContent;
  expect(first).not.toContain("…");
  vi.spyOn(platform, "preview").mockReturnValue(new Promise(() => undefined));
  act(() => { window.location.hash = "#/search?like=2"; });
  await waitFor(async () => expect((await pill()).textContent).toBe("Similar to …"));
});

it("finds what is like the file that is shown, with its button", async () => {
  const { user } = await open("#/search?q=lease");
  await user.click(await screen.findByRole("button", { name: "Similar to this" }));
  await pill();
});

it("finds what is like a text that was pasted", async () => {
  const { user, callsOf } = await open("#/search?q=lease");
  await user.click(screen.getByRole("button", { name: "More ways to search" }));
  await expectAccessible();
  await user.keyboard("{ArrowDown}{Enter}");
  const dialog = screen.getByRole("dialog", { name: "Find something like a text" });
  expect(within(dialog).getByRole<HTMLButtonElement>("button", { name: "Find" }).disabled).toBe(true);
  await expectAccessible();
  await user.click(within(dialog).getByLabelText("Text"));
  await user.paste("  private search presentation  ");
  await user.keyboard("{Control>}{Enter}{/Control}");
  expect(callsOf("reveal")).toEqual([]);
  await screen.findByRole("button", { name: "Remove Similar to “private search presentation”" });
  expect(callsOf("similar")).toEqual([[{ id: null, text: "private search presentation", limit: 50 }]]);
  expect(address().get("text")).toBe("private search presentation");
});

it("seeks with the beginning of a long text, and says so", async () => {
  const { user, callsOf } = await open("#/search?q=lease");
  await user.keyboard("{Control>}{Shift>}F{/Shift}{/Control}");
  await user.paste("word ".repeat(2_000));
  expect(screen.getByText("The first 4,000 characters are sought with.")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Find" }));
  await waitFor(() => expect(callsOf("similar")).toHaveLength(1));
  expect((callsOf("similar")[0]?.[0] as { text: string }).text).toHaveLength(4_000);
});

it("says when nothing is like it", async () => {
  renderScreen(<SearchScreen />, { hash: "#/search?text=xylophone" });
  expect(await screen.findByRole("heading", { name: "Nothing is like it" })).toBeTruthy();
});

it("says what failed and tries again", async () => {
  const view = await open("#/search?q=lease");
  view.platform.fail("similar", "internal", "the model is missing");
  await view.user.keyboard("{Control>}{Shift>}S{/Shift}{/Control}");
  expect((await screen.findByRole("alert")).textContent).toContain("The model is missing.");
  await view.user.click(screen.getByRole("button", { name: "Try again" }));
  await screen.findByRole("listbox", { name: "Results" });
});

it("walks its menu by keyboard, and gives the focus back", async () => {
  const { user } = await open("#/search?q=lease");
  const button = screen.getByRole("button", { name: "More ways to search" });
  act(() => { button.focus(); });
  await user.keyboard("{ArrowDown}");
  expect(document.activeElement?.textContent).toContain("Similar to this");
  await user.keyboard("{ArrowUp}");
  expect(document.activeElement?.textContent).toContain("Operators");
  await user.keyboard("{Escape}");
  expect(document.activeElement).toBe(button);
  expect(screen.queryByRole("menu")).toBeNull();
});

it("lists all operators on F1, in the address, and tries an example", async () => {
  const { user } = await open("#/search?q=lease");
  await user.keyboard("{F1}");
  const sheet = screen.getByRole("dialog", { name: "What a search can say" });
  expect(address().get("show")).toBe("operators");
  await expectAccessible();
  await user.type(within(sheet).getByLabelText("Find an operator"), "sender");
  expect(within(sheet).getAllByTitle("Try it")).toHaveLength(1);
  await user.click(within(sheet).getByRole("button", { name: "from:brandt" }));
  expect(screen.queryByRole("dialog")).toBeNull();
  await screen.findByRole("button", { name: "Remove from:brandt" });
  act(() => { window.history.back(); });
  await screen.findByRole("dialog");
  await user.keyboard("{Escape}");
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(address().get("show")).toBeNull();
});

it("offers the operators where nothing was found", async () => {
  const { user } = renderScreen(<SearchScreen />, { hash: "#/search?q=xylophone" });
  await screen.findByRole("heading", { name: "Nothing found" });
  await user.click(screen.getByRole("button", { name: "Operators" }));
  expect(screen.getByRole("dialog", { name: "What a search can say" })).toBeTruthy();
});
