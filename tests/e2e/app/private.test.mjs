// What stays on disk after a person searched: nothing that can be read. Driven by keys alone, since a web driver cannot
// see the private web views that people get.

import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { World } from "./world.mjs";
import { until } from "./webdriver.mjs";

const QUICK = "Atom quick search";
const PASSPHRASE = "copper lantern meadow walrus";
const [IN_TEXT, IN_NAME, IN_QUERY] = ["quokkaberry", "wombatonia", "dingolette"];
let world;

after(() => world?.stop());

test("what was typed, found and read is in no file", async () => {
  world = await World.start("private");
  const file = join(world.documents, `${IN_NAME}.md`);
  writeFileSync(file, `The ${IN_TEXT} ripens in autumn, says ${IN_QUERY}.\n`);
  const secret = join(world.dir, "passphrase");
  writeFileSync(secret, PASSPHRASE, { mode: 0o600 });

  const made = world.cli(["init", "--passphrase-stdin"], `${PASSPHRASE}\n`);
  assert.equal(made.status, 0, made.stderr);
  const indexed = world.cli(["index", world.documents, "--wait", "words"], "", { ATOM_PASSPHRASE_FILE: secret });
  assert.equal(indexed.status, 0, indexed.stderr);
  rmSync(secret);

  const app = world.start();
  await until("the main window", () => world.focused() === "Atom");
  await until("the vault to open", () => {
    world.type(PASSPHRASE);
    world.key("Return");
    return until("the vault", () => world.cli(["status", "--json"]).status === 0, 4_000);
  }, 40_000);
  world.shot("unlocked");
  await until("the file to open", async () => {
    world.key("alt+space");
    await until("quick search", () => world.sees(QUICK) && world.focused() === QUICK, 1_500);
    world.type(IN_QUERY);
    world.shot("typed");
    world.key("Return");
    return until("the file to open", () => world.openedPaths().includes(file), 2_500);
  }, 40_000);
  writeFileSync(world.opened, "");

  const planted = [IN_TEXT, IN_NAME, IN_QUERY, PASSPHRASE, "lantern meadow"];
  const leaks = () => planted.flatMap((word) => world.filesWith(world.dir, word).map((path) => `${word} in ${path}`));
  assert.deepEqual(leaks(), [], "while it runs");
  process.kill(app.pid, "SIGTERM");
  assert.equal((await app.ended).code, 0, app.log);
  assert.deepEqual(leaks(), [], "after it ended");
  for (const word of planted) assert.ok(!app.log.includes(word), `${word} in the log`);

  // The search itself can find what is in plain sight.
  writeFileSync(join(world.run, "sample"), `x${IN_QUERY}x`);
  assert.equal(leaks().length, 1);
});
