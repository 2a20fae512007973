import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { FAKE_TOKEN } from "../../platform/fake/clients";
import { expectAccessible, renderScreen } from "../../testing/render";
import { SettingsScreen } from "./settings-screen";

const CONFIGURATION = { mcpServers: { atom: { command: "/usr/bin/atom", args: ["--data-dir", "/home/ada/.local/share/atom", "mcp", "--client", "Notes"], env: { ATOM_TOKEN: FAKE_TOKEN } } } };

async function settings(start = "used", hash = "#/settings") {
  const view = renderScreen(<SettingsScreen />, { hash, start });
  await screen.findByRole("button", { name: "Add a program…" });
  await view.settled();
  return view;
}

/** Those in the list, each with everything that it says. */
const programs = () => [...(screen.queryByRole("list", { name: "Programs that may ask", hidden: true })?.children ?? [])].map((one) => one.textContent);

async function openForm({ user }: Awaited<ReturnType<typeof settings>>) {
  await user.click(screen.getByRole("button", { name: "Add a program…" }));
  return within(await screen.findByRole("dialog", { name: "Add a program" }));
}

/** Adds one that sees the documents, by keyboard; its token is on the screen. */
async function add(view: Awaited<ReturnType<typeof settings>>) {
  const form = await openForm(view);
  await view.user.type(form.getByLabelText("Name"), "Notes");
  await view.user.click(form.getByLabelText("/home/ada/Documents"));
  await view.user.keyboard("{Enter}");
  return within(await screen.findByRole("dialog", { name: "“Notes” may ask now" }));
}

it("says that nothing may ask until a program is added", async () => {
  await settings("open");
  expect(screen.getByText(/^No program may ask, and until you add one Atom answers none/)).toBeTruthy();
  expect(screen.queryByRole("list", { name: "Programs that may ask" })).toBeNull();
});

it("shows what a program sees, when it was added and when it last asked", async () => {
  await settings();
  expect(programs()).toEqual([expect.stringMatching(/^Claude\/home\/ada\/DocumentsAdded 20 days ago, asked last 2 hr\. agoRemove…$/)]);
  await expectAccessible();
});

it("says so when the folders of a program were removed", async () => {
  const { platform } = await settings();
  await platform.removeSource("1");
  await waitFor(() => expect(programs()).toEqual([expect.stringContaining("Sees nothing: its folders were removed")]));
});

it("adds a program with the folders that were chosen, none of them beforehand", async () => {
  const view = await settings("open");
  const form = await openForm(view);
  await expectAccessible();
  expect(document.activeElement).toBe(form.getByLabelText("Name"));
  expect(form.getAllByRole("checkbox").map((box) => (box as HTMLInputElement).checked)).toEqual([false, false, false]);
  const submit = form.getByRole("button", { name: "Add the program" });
  expect(submit).toHaveProperty("disabled", true);
  await view.user.keyboard(" Notes {Enter}");
  expect(submit).toHaveProperty("disabled", true);
  await view.user.click(form.getByLabelText("/home/ada/Documents"));
  await view.user.click(form.getByLabelText("/home/ada/Library/reference"));
  await view.user.click(form.getByLabelText("/home/ada/Documents"));
  expect(submit).toHaveProperty("disabled", false);
  await view.user.keyboard("{Enter}");
  await screen.findByRole("dialog", { name: "“Notes” may ask now" });
  expect(view.callsOf("addClient")).toEqual([[{ name: "Notes", all: false, sources: ["2"] }]]);
  await view.user.keyboard("{Escape}");
  await waitFor(() => expect(programs()).toEqual([expect.stringMatching(/^Notes\/home\/ada\/Library\/referenceAdded now, never asked/)]));
});

it("says what all folders are, and sends none of those that were chosen before", async () => {
  const view = await settings("open");
  const form = await openForm(view);
  await view.user.type(form.getByLabelText("Name"), "backup");
  await view.user.click(form.getByLabelText("/home/ada/Documents"));
  await view.user.click(form.getByRole("radio", { name: "All folders" }));
  expect(form.getByText(/also those that you add later/)).toBeTruthy();
  expect(form.queryByRole("checkbox")).toBeNull();
  await view.user.click(form.getByRole("button", { name: "Add the program" }));
  await screen.findByRole("dialog", { name: "“backup” may ask now" });
  expect(view.callsOf("addClient")).toEqual([[{ name: "backup", all: true, sources: [] }]]);
  await view.user.keyboard("{Escape}");
  await waitFor(() => expect(programs()).toEqual([expect.stringContaining("Sees all folders, also those that you add later")]));
});

it("forgets a choice whose folder is gone meanwhile", async () => {
  const view = await settings("open");
  const form = await openForm(view);
  await view.user.type(form.getByLabelText("Name"), "Notes");
  await view.user.click(form.getByLabelText("/home/ada/Documents"));
  await view.platform.removeSource("1");
  await waitFor(() => expect(form.queryByLabelText("/home/ada/Documents")).toBeNull());
  expect(form.getByRole("button", { name: "Add the program" })).toHaveProperty("disabled", true);
});

it("says in the form what the core refuses, and keeps what was typed", async () => {
  const view = await settings();
  const form = await openForm(view);
  await view.user.type(form.getByLabelText("Name"), "Claude");
  await view.user.click(form.getByRole("radio", { name: "All folders" }));
  await view.user.click(form.getByRole("button", { name: "Add the program" }));
  expect((await form.findByRole("alert")).textContent).toBe("There is a program called Claude already.");
  expect(form.getByLabelText("Name")).toHaveProperty("value", "Claude");
  await expectAccessible();
  await view.user.keyboard("{Escape}");
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(programs()).toHaveLength(1);
});

it("says what to do where there is no folder yet", async () => {
  const form = await openForm(await settings("empty"));
  expect(form.getByText(/^Atom searches no folder yet/)).toBeTruthy();
});

it("says why folders cannot be listed, and tries again", async () => {
  const view = await settings("open");
  view.platform.fail("sources", "internal", "the vault is busy");
  const form = await openForm(view);
  expect((await form.findByRole("alert")).textContent).toContain("The vault is busy.");
  await view.user.click(form.getByRole("button", { name: "Try again" }));
  expect(await form.findByLabelText("/home/ada/Documents")).toBeTruthy();
});

it("shows the token once, and copies it and a configuration", async () => {
  const view = await settings("open");
  const dialog = await add(view);
  await expectAccessible();
  expect(dialog.getByText(/shown only now/)).toBeTruthy();
  expect(dialog.getByText(FAKE_TOKEN)).toBeTruthy();
  expect(document.activeElement).toBe(dialog.getByRole("button", { name: "Copy token" }));
  await view.user.keyboard("{Enter}");
  expect((await dialog.findByRole("status")).textContent).toMatch(/^The token is copied/);
  await view.user.click(dialog.getByRole("button", { name: "Copy configuration" }));
  expect((await dialog.findByRole("status")).textContent).toMatch(/^The configuration is copied/);
  const copied = view.callsOf("copyText").map(([text]) => String(text));
  expect(copied).toEqual([FAKE_TOKEN, expect.any(String)]);
  expect(JSON.parse(copied[1] ?? "")).toEqual(CONFIGURATION);
  expect(JSON.parse(dialog.getByText(/mcpServers/).textContent)).toEqual(CONFIGURATION);
});

it("says so when the token cannot be copied", async () => {
  const view = await settings("open");
  const dialog = await add(view);
  view.platform.fail("copyText", "internal", "the clipboard does not answer");
  await view.user.click(dialog.getByRole("button", { name: "Copy token" }));
  expect((await dialog.findByRole("alert")).textContent).toBe("The clipboard does not answer.");
});

it("has the token nowhere once its dialog is closed", async () => {
  const view = await settings("open");
  const dialog = await add(view);
  await view.user.click(dialog.getByRole("button", { name: "Done" }));
  await waitFor(() => expect(programs()).toHaveLength(1));
  const kept = [...view.client.getQueryCache().getAll(), ...view.client.getMutationCache().getAll()].map((one) => one.state);
  expect(JSON.stringify(kept)).toContain("Notes");
  expect(JSON.stringify(kept) + document.documentElement.textContent + window.location.href).not.toContain(FAKE_TOKEN);
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "Add a program…" }));
  await openForm(view);
  expect(document.documentElement.textContent).not.toContain(FAKE_TOKEN);
});

it("does not lose a token that is on its way", async () => {
  const view = await settings("open");
  const form = await openForm(view);
  let answer: () => void = () => undefined;
  const { addClient } = view.platform;
  view.platform.addClient = async (request) => {
    await new Promise<void>((done) => (answer = done));
    return addClient(request);
  };
  await view.user.type(form.getByLabelText("Name"), "Notes");
  await view.user.click(form.getByRole("radio", { name: "All folders" }));
  await view.user.keyboard("{Enter}");
  await form.findByRole("button", { name: "One moment…" });
  await view.user.keyboard("{Escape}");
  answer();
  expect(await screen.findByText(FAKE_TOKEN)).toBeTruthy();
});

it("asks before it removes a program, and keeps it when asked to", async () => {
  const { user, callsOf } = await settings();
  await user.click(screen.getByRole("button", { name: "Remove Claude" }));
  const dialog = within(await screen.findByRole("alertdialog", { name: "Remove “Claude”?" }));
  expect(dialog.getByText(/^It is refused at its next question/)).toBeTruthy();
  await expectAccessible();
  await user.keyboard("{Enter}");
  expect(screen.queryByRole("alertdialog")).toBeNull();
  expect(callsOf("removeClient")).toEqual([]);
  await user.click(screen.getByRole("button", { name: "Remove Claude" }));
  await user.click(screen.getByRole("button", { name: "Remove the program" }));
  expect(await screen.findByText("“Claude” may ask no longer")).toBeTruthy();
  expect(callsOf("removeClient")).toEqual([["1"]]);
  expect(screen.getByText(/^No program may ask/)).toBeTruthy();
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "Add a program…" }));
});

it("goes on showing a program that could not be removed, and says why", async () => {
  const { user, platform } = await settings();
  platform.fail("removeClient", "internal", "the vault is busy");
  await user.click(screen.getByRole("button", { name: "Remove Claude" }));
  await user.click(screen.getByRole("button", { name: "Remove the program" }));
  expect(await screen.findByText("The vault is busy.")).toBeTruthy();
  expect(programs()).toHaveLength(1);
});

it("says why programs cannot be listed, and tries again", async () => {
  const view = renderScreen(<SettingsScreen />, { hash: "#/settings", start: "used" });
  view.platform.fail("clients", "internal", "the vault is busy");
  const row = within(await screen.findByRole("region", { name: "Other programs" }));
  expect((await row.findByRole("alert")).textContent).toContain("Atom cannot list other programs");
  await view.user.click(row.getByRole("button", { name: "Try again" }));
  await waitFor(() => expect(programs()).toHaveLength(1));
});

it("shows what the name of a program hides", async () => {
  const view = await settings("open");
  await view.platform.addClient({ name: "a\u202eb", all: true, sources: [] });
  window.dispatchEvent(new Event("focus"));
  await waitFor(() => expect(programs()).toEqual([expect.stringMatching(/^aRLOb/)]));
});

it("comes to the programs when the address names them", async () => {
  await settings("used", "#/settings?at=programs");
  expect(document.activeElement).toBe(screen.getByRole("region", { name: "Other programs" }));
});
