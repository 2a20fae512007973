import { act, screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { FAKE_TROUBLE } from "../platform/fake/platform";
import { expectAccessible, renderScreen } from "../testing/render";
import { App } from "./app";

const area = () => within(screen.getByRole("navigation", { name: "Areas" })).getAllByRole("link").find((link) => link.getAttribute("aria-current") === "page")?.textContent;

async function app(hash = "#/search") {
  const view = renderScreen(<App />, { hash });
  await screen.findByRole("navigation", { name: "Areas" });
  return view;
}

it("goes to each area by key, and Back goes back", async () => {
  const { user } = await app();
  await screen.findByRole("listbox", { name: "Results" });
  await user.keyboard("{Control>}2{/Control}");
  expect(area()).toBe("Sources");
  await user.keyboard("{Control>}3{/Control}");
  await user.keyboard("{Control>},{/Control}");
  expect(area()).toBe("Settings");
  act(() => {
    window.history.back();
  });
  await waitFor(() => expect(area()).toBe("Activity"));
});

it("comes back to the page of a fresh start, by click and by Back", async () => {
  const { user } = await app("#");
  await user.click(screen.getByRole("link", { name: "Sources" }));
  expect(area()).toBe("Sources");
  await user.click(screen.getByRole("link", { name: "Search" }));
  expect(area()).toBe("Search");
  act(() => {
    window.history.back();
  });
  await waitFor(() => expect(area()).toBe("Sources"));
  act(() => {
    window.history.back();
  });
  await waitFor(() => expect(area()).toBe("Search"));
});

it("comes back to a search as it was left", async () => {
  const { user } = await app("#/search?q=lease&kind=pdf");
  await user.keyboard("{Control>}2{/Control}");
  await user.keyboard("{Control>}1{/Control}");
  expect(window.location.hash).toBe("#/search?q=lease&kind=pdf");
});

it("says in the same corner how far the index is, and leads to Activity", async () => {
  const { user, emit, platform } = await app();
  const corner = await screen.findByRole("link", { name: "Names 100% · Words 96%, 11 sec · Meaning 62%, 14 min" });
  platform.state.paused = true;
  await emit("indexProgressed", platform.state.status());
  await waitFor(() => expect(corner.textContent).toMatch(/^Paused · Names/));
  await user.click(corner);
  await waitFor(() => expect(area()).toBe("Activity"));
});

it("says in every area that the air gap is on, and leads to Settings", async () => {
  const { user, emit, platform } = await app();
  await screen.findByRole("link", { name: /^Names/ });
  expect(screen.queryByText("Air gap on")).toBeNull();
  platform.state.settings = { ...platform.state.settings, airGap: true };
  await emit("settingsChanged", platform.state.settings);
  const state = await screen.findByRole("link", { name: "Air gap on" });
  for (const key of ["2", "3"]) {
    await user.keyboard(`{Control>}${key}{/Control}`);
    expect(screen.getByRole("link", { name: "Air gap on" })).toBeTruthy();
  }
  await expectAccessible();
  await user.click(state);
  await waitFor(() => expect(area()).toBe("Settings"));
});

it("says what keeps the index from moving on and what to do, in every area, until it is over", async () => {
  const { user, emit, platform } = await app();
  await screen.findByRole("link", { name: /^Names/ });
  expect(screen.queryByText(/disk is full/)).toBeNull();
  platform.state.message = FAKE_TROUBLE;
  await emit("indexProgressed", platform.state.status());
  const words = "The disk is full, so nothing new is indexed: free some space, and Atom goes on by itself.";
  expect((await screen.findByText(words)).closest("[role=status]")).not.toBeNull();
  await expectAccessible();
  for (const key of ["2", "3", ","]) {
    await user.keyboard(`{Control>}${key}{/Control}`);
    expect(screen.getAllByText(words)).toHaveLength(1);
  }
  platform.state.message = null;
  await emit("indexProgressed", platform.state.status());
  await waitFor(() => expect(screen.queryByText(words)).toBeNull());
});

it("shows the keys on ?, but not while typing", async () => {
  const { user } = await app();
  const box = await screen.findByRole<HTMLInputElement>("combobox", { name: "Search" });
  await user.type(box, "why?");
  expect(box.value).toBe("why?");
  expect(screen.queryByRole("dialog")).toBeNull();
  await user.click(screen.getByRole("button", { name: "Keyboard shortcuts" }));
  expect(within(screen.getByRole("dialog", { name: "Keyboard shortcuts" })).getByText("Copy passage")).toBeTruthy();
  await expectAccessible();
  await user.keyboard("{Escape}");
  await user.keyboard("?");
  expect(screen.getByRole("dialog")).toBeTruthy();
});

it("locks by key", async () => {
  const { user, callsOf } = await app();
  await user.keyboard("{Control>}{Shift>}L{/Shift}{/Control}");
  expect(callsOf("vaultLock")).toHaveLength(1);
  expect(await screen.findByRole("heading", { name: "Unlock Atom" })).toBeTruthy();
});

it("follows an address that quick search sends", async () => {
  await app();
  act(() => {
    window.location.hash = "#/search?q=rent";
  });
  await waitFor(() => expect(screen.getByRole<HTMLInputElement>("combobox", { name: "Search" }).value).toBe("rent"));
});
