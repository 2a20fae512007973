// A new computer that has nothing but the disk with the backups: first start, "I have a backup", and the search finds.
// Then everything else that moves a whole vault: an export, its import, and another master key.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { World } from "./world.mjs";
import { Key, until } from "./webdriver.mjs";

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

test("everything is exported as plain text, for its owner only", async () => {
  const folder = join(world.dir, "plain");
  await app.click("//nav//a[normalize-space()='Settings']");
  await app.click(button("Export everything…"));
  await (await app.find("form input[placeholder='~/atom-export']")).type(folder);
  await app.click(button("Export without encryption"));
  await until("the end", async () => /of them with text, are in/.test(await app.text()), 30_000);
  world.shot("exported");
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  const all = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  assert.ok(all.some((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8").includes("The first flush in Darjeeling")));
});

test("a second vault takes folders and settings over from the export", async () => {
  const other = join(world.dir, "data-of-another");
  const secret = join(world.dir, "passphrase");
  writeFileSync(secret, PASSPHRASE, { mode: 0o600 });
  const run = (args, input) => {
    const { stdout, stderr, status } = world.cli(args, input, { ATOM_PASSPHRASE_FILE: secret }, other);
    assert.equal(status, 0, stderr);
    return stdout;
  };
  run(["init", "--passphrase-stdin"], `${PASSPHRASE}\n`);
  run(["import", join(world.dir, "plain")]);
  const status = run(["status", "--json"]);
  rmSync(secret);
  assert.ok(JSON.parse(status).sources.some((source) => source.path === world.documents), status);
});

test("import in the window asks for the folder, and says what it added", async () => {
  await app.click(button("Import…"));
  await until("the dialog", () => world.focused() === "Choose a folder");
  world.type(join(world.dir, "plain"));
  world.shot("import-dialog");
  // Not Enter: the dialog takes that for what it would complete.
  world.key("alt+o");
  await until("the answer", async () => /0 folders added, and the settings are taken over/.test(await app.text()), 30_000);
  world.shot("imported");
});

test("another master key: two groups of the new code, and the search goes on", async () => {
  await app.click(button("Change the master key…"));
  await (await app.find("form[aria-label='Change the master key'] input[type=password]")).type(PASSPHRASE);
  await app.click(button("Show the new code"));
  await app.find("ol[aria-label='Recovery code']");
  const code = await app.run("return [...document.querySelectorAll('ol[aria-label=\"Recovery code\"] code')].map((group) => group.innerText)");
  assert.equal(code.length, 9);
  world.shot("new-code");
  await app.click(button("I have saved it"));
  const fields = "//form[@aria-label='Check the recovery code']//input";
  await app.find(fields);
  const asked = await app.run("return [...document.querySelectorAll('form[aria-label=\"Check the recovery code\"] label')].map((label) => Number(label.innerText.replace('Group ', '')))");
  const inputs = await app.css("form[aria-label='Check the recovery code'] input");
  for (const [index, group] of asked.entries()) await inputs[index].type(code[group - 1]);
  await app.click(button("Begin the change"));
  await until("the end", async () => /The vault has a new master key/.test(await app.text()), 60_000);
  world.shot("new-key");
  const { stdout, stderr, status } = world.cli(["search", "darjeeling", "--json"]);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /tea-harvest\.md/);
  assert.match(world.cli(["audit", "--json"]).stdout, /"key-rotated"/);

  // The new code is a way in.
  world.tool("xdotool", "windowactivate", "--sync", world.windowOf("Atom"));
  world.key("ctrl+shift+l");
  await app.find(heading("Unlock Atom"));
  await app.click("//button[contains(normalize-space(), 'recovery code')]");
  await (await app.find("form input[type=text]")).type(`${code.join("-")}${Key.enter}`);
  await app.click("//nav//a[normalize-space()='Search']");
  await (await app.find("input[aria-label='Search']", 30_000)).replace("darjeeling");
  await until("the result", async () => (await rows()).some((row) => row.includes("Darjeeling")));
});
