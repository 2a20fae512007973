import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { expectAccessible, renderScreen } from "../../testing/render";
import { SourcesScreen } from "./sources-screen";

const card = (path: string) => screen.findByRole("listitem", { name: path });

it("lists folders with state, counts and progress", async () => {
  renderScreen(<SourcesScreen />, { hash: "#/sources" });
  const reference = within(await card("/home/ada/Library/reference"));
  expect(reference.getByText("Indexing")).toBeTruthy();
  expect(reference.getByText("12,400 files")).toBeTruthy();
  expect(reference.getByRole("progressbar", { name: "Meaning" }).getAttribute("aria-valuenow")).toBe("62");
  expect(reference.getByText(/of 49,600, 14 min left/)).toBeTruthy();
  expect(within(await card("/media/ada/Photo disk")).getByRole("alert").textContent).toContain("Connect the disk");
  await expectAccessible();
});

it("asks with the exact count before it removes a folder", async () => {
  const { user, callsOf } = renderScreen(<SourcesScreen />, { hash: "#/sources" });
  const remove = within(await card("/home/ada/Library/reference")).getByRole("button", { name: "Remove from Atom" });
  await user.click(remove);
  const dialog = screen.getByRole("alertdialog");
  expect(dialog.textContent).toContain("12,400 files will no longer be found");
  await expectAccessible();
  expect(document.activeElement?.textContent).toBe("Keep it");
  await user.keyboard("{Escape}");
  expect(screen.queryByRole("alertdialog")).toBeNull();
  expect(document.activeElement).toBe(remove);
  expect(callsOf("removeSource")).toEqual([]);

  await user.click(remove);
  await user.click(screen.getByRole("button", { name: "Remove 12,400 files" }));
  await waitFor(() => expect(screen.queryByRole("listitem", { name: "/home/ada/Library/reference" })).toBeNull());
  expect(callsOf("removeSource")).toEqual([["2"]]);
});

it("adds a folder by dialog or by path, and says why one is refused", async () => {
  const { user, callsOf } = renderScreen(<SourcesScreen />, { hash: "#/sources", start: "empty" });
  expect(await screen.findByRole("heading", { name: "No folders yet" })).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Add folder" }));
  await user.type(screen.getByLabelText("or type its path"), "Documents{Enter}");
  expect((await screen.findByRole("alert")).textContent).toContain("begin with / or ~");
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Choose a folder…" }));
  expect(await card("/home/ada/Documents")).toBeTruthy();
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(callsOf("addSource")).toEqual([["Documents"], ["/home/ada/Documents"]]);
});

it("compares a folder with the disk on demand", async () => {
  const { user, callsOf } = renderScreen(<SourcesScreen />, { hash: "#/sources" });
  await user.click(within(await card("/home/ada/Documents")).getByRole("button", { name: "Compare with the disk now" }));
  expect(callsOf("rescanSource")).toEqual([["1"]]);
  expect(await screen.findByText("Comparing the folder with the disk")).toBeTruthy();
});

it("asks about files that are gone all at once, and forgets them when told to", async () => {
  const { platform, user, emit, callsOf } = renderScreen(<SourcesScreen />, { hash: "#/sources" });
  const documents = await card("/home/ada/Documents");
  expect(within(documents).queryByText(/all at once/)).toBeNull();
  platform.state.vanished.set("1", { count: 4_120, keptUntil: Date.now() + 80_000_000 });
  await emit("sourcesChanged", null);
  expect((await within(documents).findByText(/all at once/)).textContent).toContain("4,120 files are gone");
  await expectAccessible();
  await user.click(within(documents).getByRole("button", { name: "Forget them now" }));
  expect(callsOf("forgetVanished")).toEqual([["1"]]);
  await waitFor(() => expect(within(documents).queryByText(/all at once/)).toBeNull());
});

it("renews itself when the core says that folders changed", async () => {
  const { platform, emit } = renderScreen(<SourcesScreen />, { hash: "#/sources" });
  await card("/home/ada/Documents");
  platform.state.sources = platform.state.sources.slice(1);
  await emit("sourcesChanged", null);
  await waitFor(() => expect(screen.queryByRole("listitem", { name: "/home/ada/Documents" })).toBeNull());
});

it("leads from a count to the files in that state, with the reason, and back", async () => {
  const { user, callsOf } = renderScreen(<SourcesScreen />, { hash: "#/sources" });
  await user.click(within(await card("/home/ada/Documents")).getByRole("button", { name: "1 reader crashed" }));
  const row = await screen.findByRole("row", { name: /broken\.docx/ });
  expect(row.textContent).toContain("probably damaged");
  expect(window.location.hash).toBe("#/sources?id=1&state=crashed");
  await expectAccessible();
  await user.click(within(row).getByRole("button", { name: "Try broken.docx again" }));
  expect(callsOf("retryFiles")).toEqual([[{ source: "1", states: [], id: expect.any(String) as string }]]);
  expect(await screen.findByRole("heading", { name: "No such files" })).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Back to Sources" }));
  expect(await card("/home/ada/Documents")).toBeTruthy();
});

it("loads only the files in sight", async () => {
  const { callsOf, container } = renderScreen(<SourcesScreen />, { hash: "#/sources?id=2" });
  await screen.findByRole("row", { name: /entry-00001/ });
  expect(screen.getByRole("table").getAttribute("aria-rowcount")).toBe("12401");
  expect(container.querySelectorAll(".file-row.placed").length).toBeLessThan(60);
  expect(callsOf("files").every(([request]) => (request as { offset: number }).offset === 0)).toBe(true);
});

it("filters files by path and retries all failures at once", async () => {
  const { user, callsOf } = renderScreen(<SourcesScreen />, { hash: "#/sources?id=2" });
  await screen.findByRole("row", { name: /entry-00001/ });
  await user.type(screen.getByLabelText("Filter by path"), "entry-00097");
  await waitFor(() => expect(screen.getByRole("table").getAttribute("aria-rowcount")).toBe("2"));
  expect((await screen.findByRole("row", { name: /entry-00097/ })).textContent).toContain("permission denied");
  await user.click(screen.getByRole("button", { name: "Try 292 files again" }));
  expect(callsOf("retryFiles")).toEqual([[{ source: "2", states: ["encrypted", "too-large", "unsupported", "timed-out", "crashed", "unreadable"], id: null }]]);
  expect(await screen.findByText("Trying 292 files again")).toBeTruthy();
});

it("says why a file is not found", async () => {
  const { user, callsOf } = renderScreen(<SourcesScreen />, { hash: "#/sources" });
  await card("/home/ada/Documents");
  await user.click(screen.getByRole("button", { name: "Look up a file…" }));
  const dialog = screen.getByRole("dialog", { name: "Why is a file not found?" });
  await user.type(within(dialog).getByRole("textbox", { name: "Path of the file" }), " /srv/lost.txt {Enter}");
  expect(await within(dialog).findByText(/in none of the folders that Atom searches/)).toBeTruthy();
  expect(callsOf("explainFile")).toEqual([["/srv/lost.txt"]]);
  await expectAccessible();
});

it("brings a folder in first, and says so", async () => {
  const { user, callsOf } = renderScreen(<SourcesScreen />, { hash: "#/sources" });
  const reference = within(await card("/home/ada/Library/reference"));
  await user.click(reference.getByRole("button", { name: "Index now, anyway" }));
  expect(callsOf("indexNow")).toEqual([["2"]]);
  expect(await reference.findByText("Goes first")).toBeTruthy();
  expect(within(await card("/home/ada/Documents")).getByRole("button", { name: "Index now, anyway" })).toHaveProperty("disabled", true);
});
