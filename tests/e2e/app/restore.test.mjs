// A new computer that has nothing but the disk with the backups: first start, "I have a backup", and the search finds.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { World } from "./world.mjs";
import { until } from "./webdriver.mjs";

const PASSPHRASE = "copper lantern meadow walrus";
let world;
let app;
let disk;

const button = (name) => `//button[normalize-space()=${JSON.stringify(name)} and not(@disabled)]`;
const heading = (name) => `//h1[normalize-space()=${JSON.stringify(name)}]`;
const rows = () => app.run("return [...document.querySelectorAll('[role=option]')].map((row) => row.innerText)");

function command(args, input = "") {
  const secret = join(world.dir, "passphrase");
  writeFileSync(secret, PASSPHRASE, { mode: 0o600 });
  const done = world.cli(args, input, { ATOM_PASSPHRASE_FILE: secret });
  rmSync(secret);
  assert.equal(done.status, 0, done.stderr);
  return done.stdout;
}

/** From the form to the end, with the passphrase. */
async function restore() {
  await app.find(heading("Bring a backup back"));
  const [folder] = await app.css("form[aria-label='Find the backup'] input:not([type=password])");
  await folder.replace(disk);
  const [secret] = await app.css("form[aria-label='Find the backup'] input[type=password]");
  await secret.type(PASSPHRASE);
  await app.click(button("Show backups"));
  await app.find(heading("Which moment comes back?"), 30_000);
  world.shot("moments");
  await app.click(button("Restore"));
  await app.find(heading("The backup is back"), 60_000);
  world.shot("back");
}

before(async () => {
  world = await World.start("restore");
  disk = join(world.dir, "disk");
  writeFileSync(join(world.documents, "tea-harvest.md"), "# Tea harvest\n\nThe first flush in Darjeeling is picked in March.\n");
  command(["init", "--passphrase-stdin"], `${PASSPHRASE}\n`);
  command(["index", world.documents, "--wait", "words"]);
  command(["backup", disk]);
  rmSync(world.data, { recursive: true });
  mkdirSync(world.data, { mode: 0o700 });
  app = await world.drive();
  await app.turnTo("main");
});

after(() => world?.stop());

test("a first start brings the backup back, and the search finds", async () => {
  await app.find(heading("Welcome to Atom"));
  await app.click(button("I have a backup…"));
  await restore();
  assert.equal((await app.text()).includes("What was there before"), false);
  assert.equal(existsSync(`${world.data}.before-restore`), false, "there was nothing to keep");
  await app.click(button("Start searching"));
  await (await app.find("input[aria-label='Search']")).type("darjeeling");
  await until("the result", async () => (await rows()).some((row) => row.includes("Darjeeling")));
  world.shot("found");
});

test("an open vault is locked for it, and the page comes back to say how it ended", async () => {
  await app.click("//nav//a[normalize-space()='Settings']");
  await app.click(button("Bring a backup back…"));
  await restore();
  assert.match(await app.text(), /What was there before is in .*data\.before-restore/);
  await app.click(button("Start searching"));
  await (await app.find("input[aria-label='Search']")).replace("darjeeling");
  await until("the result", async () => (await rows()).some((row) => row.includes("Darjeeling")));
});

test("the command line talks to the app as before", () => {
  const { stdout, stderr, status } = world.cli(["search", "darjeeling", "--json"]);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /tea-harvest\.md/);
  assert.match(world.cli(["audit", "--json"]).stdout, /"restored"/);
  assert.deepEqual(readdirSync(world.dir).filter((name) => name.startsWith("data") || name.startsWith(".data")), ["data", "data.before-restore"]);
});
