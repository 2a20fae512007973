// What a person does, with a real keyboard in a real browser, on the fake core.

import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { Page } from "playwright-core";
import { startHarness, type Harness } from "./harness";

/** How long to look again for what never comes: far longer than a loaded machine needs. */
const WAIT = { timeout: 60_000, interval: 50 };

let harness: Harness | undefined;
let problems: string[] = [];
beforeAll(async () => {
  harness = await startHarness();
});
afterEach(async () => {
  const seen = problems;
  problems = [];
  await harness?.closeWindows();
  expect(seen).toEqual([]);
});
afterAll(async () => {
  await harness?.close();
});

async function open(path: string, options = {}): Promise<Page> {
  if (!harness) throw new Error("the browser is not there");
  const opened = await harness.open(path, options);
  problems = opened.problems;
  return opened.page;
}

it("starts for the first time: passphrase, recovery code, folder, search", async () => {
  const page = await open("/?fake=absent");
  await page.getByLabel("Passphrase", { exact: true }).fill("lantern violet harbour quartz");
  await page.keyboard.press("Tab");
  await page.keyboard.type("lantern violet harbour quartz");
  await page.keyboard.press("Enter");
  await page.locator(".recovery-code").waitFor();
  const groups = await page.locator(".recovery-code code").allTextContents();
  expect(groups.join("")).toMatch(/^[0-9A-Z]{33}$/);
  await page.getByLabel("I have saved the code in a safe place").check();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByLabel(/^Group \d+$/).first().waitFor();
  for (const field of await page.getByLabel(/^Group \d+$/).all()) {
    const label = await field.evaluate((input: HTMLInputElement) => input.labels?.[0]?.textContent ?? "");
    await field.fill(groups[Number(/\d+/.exec(label)?.[0]) - 1] ?? "");
  }
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Choose a folder…" }).click();
  await page.getByRole("button", { name: "Start searching" }).click();
  await page.getByRole("combobox", { name: "Search" }).fill("lease");
  await page.getByRole("option", { name: /Lease agreement/ }).waitFor();
  expect(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).not.toContain("lease");
});

it("searches, walks the results and comes Back, by keyboard alone", async () => {
  const page = await open("/?fake=open");
  await page.locator(".hit").first().waitFor();
  await page.keyboard.type("type:markdown search");
  await page.getByRole("button", { name: "Remove type:markdown" }).waitFor();
  // Until the second answer is merged in, rows may still move.
  await page.getByText(/^\d+ results?, [^…]*$/).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  const selected = page.locator(".hit[aria-selected=true]");
  await page.locator(".hit[aria-selected=true][aria-posinset='3']").waitFor();
  const title = await selected.locator(".title").textContent();
  await expect.poll(() => page.locator(".preview h2").textContent(), WAIT).toBe(title);
  const id = await selected.getAttribute("id");
  await expect.poll(() => page.getByRole("combobox", { name: "Search" }).getAttribute("aria-activedescendant"), WAIT).toBe(id);
  await page.keyboard.press("Control+2");
  await page.getByRole("heading", { name: "Sources" }).waitFor();
  await page.goBack();
  await expect.poll(() => page.locator(".preview h2").textContent(), WAIT).toBe(title);
});

it("changes the passphrase and the recovery code, by keyboard alone", async () => {
  const page = await open("/?fake=open#/settings");
  await page.getByRole("button", { name: "Change passphrase…" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  for (const typed of ["correct horse battery staple", "lantern violet harbour quartz", "lantern violet harbour quartz"]) {
    await page.keyboard.type(typed);
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByText("the old one no longer opens the vault").waitFor();
  // The focus is back where it was.
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent), WAIT).toBe("Change passphrase…");

  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.type("lantern violet harbour quartz");
  await page.keyboard.press("Enter");
  await page.locator(".recovery-code").waitFor();
  const groups = await page.locator(".recovery-code code").allTextContents();
  await page.keyboard.press("Enter");
  for (const field of await page.getByLabel(/^Group \d+$/).all()) {
    const label = await field.evaluate((input: HTMLInputElement) => input.labels?.[0]?.textContent ?? "");
    await expect.poll(() => field.evaluate((input) => input === document.activeElement), WAIT).toBe(true);
    await page.keyboard.type((groups[Number(/\d+/.exec(label)?.[0]) - 1] ?? "").toLowerCase());
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByText("The new recovery code works now").waitFor();
  expect(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).not.toContain(groups[0]);
});

it("scrolls a list of twelve thousand files and keeps the page small", async () => {
  const page = await open("/?fake=open#/sources?id=2");
  await page.getByRole("row", { name: /entry-00001/ }).waitFor();
  await page.locator(".table-scroller").evaluate((element) => {
    element.scrollTop = element.scrollHeight;
  });
  await page.getByRole("row", { name: /entry-12400/ }).waitFor();
  expect(await page.locator(".file-row.placed").count()).toBeLessThan(60);
});

it("reads the activity log to its oldest entry, page after page", async () => {
  const page = await open("/?fake=open#/settings");
  await page.getByRole("button", { name: "Show the activity log" }).click();
  await page.getByRole("row", { name: /The vault was opened with the passphrase/ }).waitFor();
  const oldest = page.getByText("4,000 older entries gave way to this checkpoint");
  const toEnd = () =>
    page.locator(".table-scroller").evaluate((element) => {
      element.scrollTop = element.scrollHeight;
    });
  await expect
    .poll(async () => {
      await toEnd();
      return oldest.isVisible();
    }, WAIT)
    .toBe(true);
  expect(await page.locator(".audit-row.placed").count()).toBeLessThan(60);
  await page.goBack();
  await page.getByRole("region", { name: "Theme" }).waitFor();
});

it("shows nine rows of quick search at most, whole ones", async () => {
  const page = await open("/quick.html?fake=open", { viewport: { width: 720, height: 900 } });
  await page.getByRole("option").first().waitFor();
  const seen = () =>
    page.locator(".hit-scroller").evaluate((scroller) => {
      const frame = scroller.getBoundingClientRect();
      return [...scroller.querySelectorAll(".hit")].filter((row) => row.getBoundingClientRect().bottom <= frame.bottom && row.getBoundingClientRect().top < frame.bottom).length;
    });
  await expect.poll(seen, WAIT).toBe(9);
});

it("keeps a hostile name from becoming markup", async () => {
  const page = await open("/?fake=open#/search?q=path%3ADownloads");
  await page.getByRole("option", { name: /onerror=alert/ }).waitFor();
  expect(await page.locator("img, iframe, #root script").count()).toBe(0);
  const height = await page.getByRole("option", { name: /two/ }).locator(".title").evaluate((element) => element.getBoundingClientRect().height);
  expect(height).toBeLessThan(26);
});

it("paints the chosen theme before the first script of the app runs", async () => {
  const page = await open("/?fake=open#/settings", { colorScheme: "light" });
  await page.getByText("Dark", { exact: true }).click();
  await page.waitForFunction(() => localStorage.getItem("atom.theme") === "dark");
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((done) => {
    letGo = done;
  });
  await page.route("**/assets/*.js", async (route) => {
    await held;
    await route.continue();
  });
  await page.reload({ waitUntil: "commit" });
  await expect.poll(() => page.evaluate(() => getComputedStyle(document.body ?? document.documentElement).backgroundColor), WAIT).toBe("rgb(23, 24, 27)");
  expect(await page.locator("#root > *").count()).toBe(0);
  letGo();
  await page.locator("#root > *").first().waitFor();
});
