// Every screen, in every look: axe finds nothing, the content policy blocks nothing, nothing overflows the window.

import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { violationsOf } from "./axe";
import { startHarness, type Harness } from "./harness";

let harness: Harness | undefined;
beforeAll(async () => {
  harness = await startHarness();
});
afterEach(async () => {
  await harness?.closeWindows();
});
afterAll(async () => {
  await harness?.close();
});

const QUICK: BrowserContextOptions = { viewport: { width: 720, height: 580 } };

interface Screen {
  name: string;
  path: string;
  ready: string;
  act?: (page: Page) => Promise<void>;
  /** What the act leads to. */
  then?: string;
  options?: BrowserContextOptions;
}

/** Up to the list of backups. */
async function findBackups(page: Page) {
  await page.getByLabel("Folder with the backups").fill("/media/ada/disk/atom");
  await page.getByLabel("Passphrase or recovery code").fill("correct horse battery staple");
  await page.keyboard.press("Enter");
  await page.waitForSelector("[type=radio]");
}

const SCREENS: readonly Screen[] = [
  { name: "first start", path: "/?fake=absent", ready: "form" },
  { name: "unlock", path: "/?fake=locked", ready: "form" },
  { name: "a backup to find", path: "/?fake=absent#/restore", ready: "form" },
  { name: "a backup that is not found", path: "/?fake=locked#/restore?folder=%2Fmedia%2Fdisk", ready: "form", act: async (page) => {
    await page.getByLabel("Passphrase or recovery code").fill("guess");
    await page.keyboard.press("Enter");
  }, then: "[role=alert]" },
  { name: "backups to choose from", path: "/?fake=open#/restore", ready: "form", act: findBackups, then: ".restore-effect" },
  {
    name: "a backup that is brought back",
    path: "/?fake=locked#/restore",
    ready: "form",
    act: async (page) => {
      await findBackups(page);
      await page.getByRole("button", { name: "Restore" }).click();
    },
    then: "[role=progressbar]",
  },
  {
    name: "a backup that is back",
    path: "/?fake=locked#/restore",
    ready: "form",
    act: async (page) => {
      await findBackups(page);
      await page.getByRole("button", { name: "Restore" }).click();
    },
    then: ".restore-place",
  },
  { name: "search", path: "/?fake=open#/search?q=search", ready: ".preview mark" },
  { name: "search, nothing found", path: "/?fake=open#/search?q=xylophone", ready: "text=Nothing found" },
  { name: "search, hostile names", path: "/?fake=open#/search?q=path%3ADownloads", ready: ".unseen" },
  { name: "search, counts and groups", path: "/?fake=open#/search?q=search&facets=shown&group=folder&sort=newest", ready: ".facet", act: (page) => page.click(".facet >> nth=0"), then: ".facet[aria-pressed=true]" },
  { name: "search, why", path: "/?fake=open#/search?q=search", ready: ".why-line", act: (page) => page.click(".why-line"), then: ".why-facts" },
  { name: "search, completions", path: "/?fake=open#/search", ready: ".hit", act: (page) => page.keyboard.type("lease type:"), then: ".completions" },
  {
    name: "search, choosing a completion",
    path: "/?fake=open#/search",
    ready: ".hit",
    act: async (page) => {
      await page.keyboard.type("lease ");
      await page.keyboard.press("Control+Space");
    },
    then: ".completions [aria-selected=true]",
  },
  { name: "search, more ways", path: "/?fake=open#/search?q=search", ready: ".hit", act: (page) => page.click("[aria-label='More ways to search']"), then: "[role=menu]" },
  { name: "similar files", path: "/?fake=open#/search?like=2&group=source", ready: ".hit-group" },
  { name: "a text to find the like of", path: "/?fake=open#/search", ready: ".hit", act: (page) => page.keyboard.press("Control+Shift+F"), then: "[role=dialog] textarea" },
  { name: "operators", path: "/?fake=open#/search?show=operators", ready: "[role=dialog] .example" },
  { name: "sources", path: "/?fake=open#/sources", ready: ".source-card" },
  { name: "removing a source", path: "/?fake=open#/sources", ready: ".source-card", act: (page) => page.click("[aria-label='Remove from Atom'] >> nth=0"), then: "[role=alertdialog]" },
  { name: "files", path: "/?fake=open#/sources?id=2", ready: ".file-row .badge" },
  { name: "activity", path: "/?fake=open#/activity", ready: ".job" },
  { name: "activity on a low battery", path: "/?fake=battery#/activity", ready: "text=Continue anyway" },
  { name: "a full disk", path: "/?fake=trouble#/activity", ready: ".index-trouble" },
  { name: "settings", path: "/?fake=open#/settings", ready: ".settings" },
  { name: "searches that are remembered", path: "/?fake=used#/settings?at=history", ready: ".spark", act: (page) => page.click("text=Clear insights"), then: "[role=alertdialog]" },
  { name: "programs that may ask", path: "/?fake=used#/settings?at=programs", ready: ".clients li" },
  { name: "a program to add", path: "/?fake=used#/settings?at=programs", ready: ".clients li", act: (page) => page.click("text=Add a program"), then: "[role=dialog] .program-folders label" },
  {
    name: "the token of a program",
    path: "/?fake=open#/settings?at=programs",
    ready: "text=No program may ask",
    act: async (page) => {
      await page.click("text=Add a program");
      await page.getByLabel("Name").fill("Claude");
      await page.getByLabel("/home/ada/Documents").check();
      await page.keyboard.press("Enter");
    },
    then: ".program-secret",
  },
  { name: "removing a program", path: "/?fake=used#/settings?at=programs", ready: ".clients li", act: (page) => page.click("[aria-label='Remove Claude']"), then: "[role=alertdialog]" },
  { name: "a saved search", path: "/?fake=used#/search?q=lentil", ready: ".saved", act: (page) => page.getByRole("button", { name: /^Change / }).first().click(), then: "[role=dialog] form" },
  { name: "changing the passphrase", path: "/?fake=open#/settings", ready: "text=Change passphrase", act: (page) => page.click("text=Change passphrase"), then: "[role=dialog] form" },
  {
    name: "a new recovery code",
    path: "/?fake=open#/settings",
    ready: "text=New recovery code",
    act: async (page) => {
      await page.click("button:has-text('New recovery code')");
      await page.fill("[role=dialog] input", "correct horse battery staple");
      await page.keyboard.press("Enter");
    },
    then: ".recovery-code",
  },
  { name: "adding the keychain", path: "/?fake=open#/settings", ready: "text=Open with this computer", act: (page) => page.click("text=Open with this computer"), then: "[role=dialog] form" },
  { name: "an export to begin", path: "/?fake=open#/settings", ready: "text=Export everything", act: (page) => page.click("text=Export everything"), then: "[role=dialog] form" },
  { name: "activity log", path: "/?fake=open#/settings?show=log", ready: ".audit-row.placed" },
  { name: "activity log, verified", path: "/?fake=open#/settings?show=log", ready: ".audit-row.placed", act: (page) => page.click("text=Verify"), then: ".audit-verdict" },
  { name: "activity log, empty", path: "/?fake=empty#/settings?show=log", ready: "text=Nothing in the log yet" },
  { name: "the air gap", path: "/?fake=open#/settings", ready: ".settings", act: (page) => page.getByRole("switch", { name: "Air gap" }).click(), then: ".air-gap-state" },
  { name: "keys", path: "/?fake=open#/settings", ready: ".settings", act: (page) => page.keyboard.press("?"), then: "[role=dialog]" },
  { name: "quick search", path: "/quick.html?fake=open", ready: ".hit", options: QUICK },
  {
    name: "quick search, actions",
    path: "/quick.html?fake=open",
    ready: ".hit",
    options: QUICK,
    act: (page) => page.keyboard.press("Control+k"),
    then: ".action",
  },
  { name: "quick search, used", path: "/quick.html?fake=used", ready: ".quick-title", options: QUICK },
  { name: "quick search, a sum", path: "/quick.html?fake=open", ready: ".hit", options: QUICK, act: (page) => page.keyboard.type("3 km in miles"), then: ".quick-answer" },
  { name: "quick search, programs and commands", path: "/quick.html?fake=open", ready: ".hit", options: QUICK, act: (page) => page.keyboard.type("te"), then: ".quick-own" },
  { name: "quick search, other programs", path: "/quick.html?fake=open", ready: ".hit", options: QUICK, act: (page) => page.keyboard.press("Control+o"), then: ".action .faint" },
  {
    name: "quick search, saving a search",
    path: "/quick.html?fake=open",
    ready: ".hit",
    options: QUICK,
    act: async (page) => {
      await page.keyboard.type("lease");
      await page.keyboard.press("Control+s");
    },
    then: "[role=dialog] form",
  },
  {
    name: "quick search, preview",
    path: "/quick.html?fake=open",
    ready: ".hit",
    options: QUICK,
    act: (page) => page.keyboard.press("Control+y"),
    then: ".preview-text:not([aria-busy])",
  },
  { name: "quick search, completions", path: "/quick.html?fake=open", ready: ".hit", options: QUICK, act: (page) => page.keyboard.type("na"), then: ".completions" },
  { name: "quick search, locked", path: "/quick.html?fake=locked", ready: "button", options: QUICK },
];

const LOOKS: readonly { name: string; options: BrowserContextOptions }[] = [
  { name: "light", options: { colorScheme: "light" } },
  { name: "dark", options: { colorScheme: "dark" } },
  { name: "high contrast", options: { colorScheme: "dark", contrast: "more" } },
];

describe.each(LOOKS)("in $name", (look) => {
  it.each(SCREENS)("$name is accessible", async (screen) => {
    if (!harness) throw new Error("the browser is not there");
    const { page, problems } = await harness.open(screen.path, { ...look.options, ...screen.options });
    await page.waitForSelector(screen.ready);
    await screen.act?.(page);
    if (screen.then !== undefined) await page.waitForSelector(screen.then);
    expect(await violationsOf(page)).toEqual([]);
    expect(problems).toEqual([]);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow).toBe(0);
  });
});
