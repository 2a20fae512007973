// Windows, keys and the life of the process: what holds whether or not there is a vault.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { World } from "./world.mjs";
import { until } from "./webdriver.mjs";

const QUICK = "Atom quick search";
let world;

afterEach(async () => {
  await world?.stop();
  world = undefined;
});

test("the key shows quick search in the upper third, and hides it again", async () => {
  world = await World.start("key");
  world.start();
  await until("the main window", () => world.sees("Atom"));
  assert.equal(world.sees(QUICK), false, "quick search waits for its key");
  await until("quick search", () => {
    world.key("alt+space");
    return until("quick search", () => world.sees(QUICK), 1_000);
  });
  await until("the focus", () => world.focused() === QUICK);
  world.shot("quick-search");
  const { X, Y, WIDTH } = world.geometry(QUICK);
  assert.equal(WIDTH, 720);
  assert.equal(X, (1600 - 720) / 2);
  assert.ok(Y > 0 && Y < 1000 / 3, `top at ${Y}`);
  world.key("alt+space");
  await until("quick search to hide", () => !world.sees(QUICK));
});

test("escape hides quick search", async () => {
  world = await World.start("escape");
  world.start();
  await until("quick search", () => {
    world.key("alt+space");
    return until("quick search", () => world.sees(QUICK) && world.focused() === QUICK, 1_500);
  });
  await until("quick search to hide", () => {
    world.key("Escape");
    return !world.sees(QUICK);
  });
});

test("turning to another window hides quick search", async () => {
  world = await World.start("blur");
  world.start();
  await until("the main window", () => world.sees("Atom"));
  await until("quick search", () => {
    world.key("alt+space");
    return until("quick search", () => world.sees(QUICK) && world.focused() === QUICK, 1_500);
  });
  world.tool("xdotool", "windowactivate", world.windowOf("Atom"));
  await until("quick search to hide", () => !world.sees(QUICK));
});

test("closing the main window keeps Atom, and a second start brings it back", async () => {
  world = await World.start("second");
  const first = world.start();
  await until("the main window", () => world.sees("Atom"));
  world.close("Atom");
  await until("the main window to go", () => !world.sees("Atom"));
  const second = world.start();
  assert.deepEqual(await second.ended, { code: 0, signal: null }, second.log);
  await until("the main window to come back", () => world.sees("Atom"));
  assert.equal(first.exitCode, null, "the first runs on");
});

test("a hidden start shows no window, and the key works", async () => {
  world = await World.start("hidden");
  world.start("--hidden");
  await until("quick search", () => {
    world.key("alt+space");
    return until("quick search", () => world.sees(QUICK), 1_000);
  });
  assert.equal(world.sees("Atom"), false);
});

test("a key that the desktop has already is no crash: another is taken", async () => {
  world = await World.start("taken", { takesAltSpace: true });
  const app = world.start();
  await until("the main window", () => world.sees("Atom"));
  await until("quick search", () => {
    world.key("ctrl+alt+space");
    return until("quick search", () => world.sees(QUICK), 1_000);
  });
  assert.equal(app.exitCode, null);
  await until("what the log says of it", () => /another program has the usual key/.test(app.log));
});

test("a session that ends stops Atom in order", async () => {
  world = await World.start("ends");
  const app = world.start();
  await until("the main window", () => world.sees("Atom"));
  process.kill(app.pid, "SIGTERM");
  assert.deepEqual(await app.ended, { code: 0, signal: null }, app.log);
});

test("without a display Atom says so", async () => {
  world = await World.start("headless");
  delete world.env.DISPLAY;
  const app = world.start();
  assert.equal((await app.ended).code, 1);
  assert.match(app.log, /no display/);
});

