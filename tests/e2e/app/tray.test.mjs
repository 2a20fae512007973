// The tray's menu, used as a tray host would: over the message bus. There is no tray on this desktop, and Atom runs on.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { World } from "./world.mjs";
import { until } from "./webdriver.mjs";

let world;
let app;

before(async () => {
  world = await World.start("tray");
  app = world.start();
  await until("the main window", () => world.sees("Atom"));
});

after(() => world?.stop());

const bus = (dest, path, method, ...args) =>
  world.tool("gdbus", "call", "--session", "--dest", dest, "--object-path", path, "--method", method, ...args);

/** Where the menu is on the bus. */
function menu() {
  const names = bus("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus.ListNames").match(/:\d+\.\d+/g);
  for (const name of new Set(names)) {
    try {
      const folder = "/org/ayatana/NotificationItem";
      const found = world.tool("gdbus", "introspect", "--session", "--dest", name, "--object-path", folder);
      const item = found.match(/node (\w+) \{/)?.[1];
      if (item) return { name, path: `${folder}/${item}/Menu` };
    } catch {
      // Not the one that has it.
    }
  }
  return null;
}

/** Labels of the menu with their ids and whether they can be used. */
async function items() {
  const { name, path } = await until("the menu", menu);
  const layout = bus(name, path, "com.canonical.dbusmenu.GetLayout", "0", "--", "-1", "[]");
  return [...layout.matchAll(/\((?:int32 )?(\d+), (\{[^}]*\})/g)]
    .map(([, id, facts]) => ({ id, label: facts.match(/'label': <'([^']*)'>/)?.[1], enabled: !/'enabled': <false>/.test(facts) }))
    .filter((item) => item.label);
}

async function choose(label) {
  const { name, path } = await until("the menu", menu);
  const item = (await items()).find((one) => one.label === label);
  assert.ok(item, `${label} is in the menu`);
  bus(name, path, "com.canonical.dbusmenu.Event", item.id, "clicked", "<''>", "0");
}

test("the menu has what a person may want at any time", async () => {
  const labels = (await items()).map((item) => item.label);
  assert.deepEqual(labels, ["Quick search", "Open Atom", "Pause indexing", "Lock", "Quit"]);
});

test("without an open vault there is nothing to pause or lock", async () => {
  const enabled = (await items()).filter((item) => item.enabled).map((item) => item.label);
  assert.deepEqual(enabled, ["Quick search", "Open Atom", "Quit"]);
});

test("quick search and the window are behind the menu", async () => {
  await choose("Quick search");
  await until("quick search", () => world.sees("Atom quick search"));
  world.close("Atom");
  await until("the main window to go", () => !world.sees("Atom"));
  await choose("Open Atom");
  await until("the main window", () => world.sees("Atom"));
});

test("quit ends Atom", async () => {
  await choose("Quit");
  assert.deepEqual(await app.ended, { code: 0, signal: null }, app.log);
});
