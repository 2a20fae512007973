import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import type { AuditListRequest } from "../../platform";
import { expectAccessible, renderScreen } from "../../testing/render";
import { SettingsScreen } from "./settings-screen";

async function log(options: { start?: string; hash?: string } = {}) {
  const view = renderScreen(<SettingsScreen />, { hash: "#/settings?show=log", ...options });
  await screen.findByRole("heading", { name: "Activity log" });
  await view.settled();
  return { ...view, asked: () => view.callsOf("auditLog").map(([request]) => request as AuditListRequest) };
}

it("opens from the settings and goes back there", async () => {
  const { user } = renderScreen(<SettingsScreen />, { hash: "#/settings" });
  await user.click(await screen.findByRole("button", { name: "Show the activity log" }));
  expect(await screen.findByRole("table", { name: "Activity log" })).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Back to Settings" }));
  expect(await screen.findByRole("region", { name: "Theme" })).toBeTruthy();
});

it("lists what happened as sentences, newest first, and hides nothing in a name", async () => {
  await log();
  const rows = within(screen.getByRole("table", { name: "Activity log" })).getAllByRole("row");
  expect(rows[1]?.textContent).toContain("The vault was opened with the passphrase");
  expect(rows[1]?.textContent).toContain("In the app");
  expect(rows[2]?.textContent).toContain("30 more attempts to open the vault were refused");
  expect(screen.getByRole("table", { name: "Activity log" }).getAttribute("aria-rowcount")).toBe("260");
  await expectAccessible();
});

it("asks for older entries when the end of a page is in sight", async () => {
  const { asked } = await log();
  const before = () => asked().map((request) => request.before);
  expect(before()).toEqual([null]);
  const scroller = screen.getByRole("rowgroup", { name: "Entries" });
  for (const [end, pages] of [
    [100, [null, 4_160]],
    [200, [null, 4_160, 4_060]],
    [259, [null, 4_160, 4_060]],
  ] as const) {
    scroller.scrollTop = end * 44 - 600;
    fireEvent.scroll(scroller);
    await waitFor(() => {
      expect(before()).toEqual(pages);
    });
  }
  expect(await screen.findByText("4,000 older entries gave way to this checkpoint")).toBeTruthy();
});

it("leaves only the kind that was chosen", async () => {
  const { user, asked } = await log();
  await user.selectOptions(screen.getByLabelText("Show"), "Folders");
  expect(await screen.findByText("Folder added: /media/ada/Photo disk")).toBeTruthy();
  expect(screen.queryByText(/The vault was opened/)).toBeNull();
  expect(asked().at(-1)?.actions).toEqual(["source-added", "source-removed"]);
  expect(document.body.textContent).not.toContain("\u202e");
});

it("says when nothing of a kind is there, and leads back", async () => {
  const { user, platform } = await log();
  platform.state.log = platform.state.log.filter((entry) => entry.action !== "setting-changed");
  await user.selectOptions(screen.getByLabelText("Show"), "Settings");
  expect(await screen.findByText("No such entries")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Show everything" }));
  expect(await screen.findByRole("table", { name: "Activity log" })).toBeTruthy();
});

it("says so when nothing is in the log yet", async () => {
  await log({ start: "empty" });
  expect(await screen.findByText("Nothing in the log yet")).toBeTruthy();
  await expectAccessible();
});

it("verifies the chain and names the first broken entry", async () => {
  const { user, platform } = await log();
  await user.click(screen.getByRole("button", { name: "Verify" }));
  expect((await screen.findByText(/The activity log is whole: 259 entries verify/)).closest("[role=status]")).toBeTruthy();
  platform.state.log.splice(10, 1);
  await user.click(screen.getByRole("button", { name: "Verify" }));
  expect((await screen.findByRole("alert")).textContent).toContain("broken at entry 4011");
});

it("saves the log where the dialog says, and says nothing when it was dismissed", async () => {
  const { user, platform } = await log();
  await user.click(screen.getByRole("button", { name: "Save as a file…" }));
  expect(await screen.findByText("Saved 259 entries to /home/ada/atom-activity-log.jsonl")).toBeTruthy();
  const dismissed = vi.spyOn(platform, "exportAuditLog").mockResolvedValue(null);
  await user.click(screen.getByRole("button", { name: "Save as a file…" }));
  await waitFor(() => {
    expect(dismissed).toHaveBeenCalledOnce();
  });
  expect(screen.getAllByText(/^Saved /)).toHaveLength(1);
});

it("says why it could not be saved", async () => {
  const { user, platform } = await log();
  platform.fail("exportAuditLog", "disk-full", "the log cannot be written to /media/stick: no space left on the device");
  await user.click(screen.getByRole("button", { name: "Save as a file…" }));
  expect(await screen.findByText(/cannot be written to \/media\/stick/)).toBeTruthy();
});

it("says why it cannot be read, and tries again", async () => {
  const view = renderScreen(<SettingsScreen />, { hash: "#/settings" });
  view.platform.fail("auditLog", "data-damaged", "the database is damaged");
  await view.user.click(await screen.findByRole("button", { name: "Show the activity log" }));
  expect((await screen.findByRole("alert")).textContent).toContain("The database is damaged.");
  await view.user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("table", { name: "Activity log" })).toBeTruthy();
});
