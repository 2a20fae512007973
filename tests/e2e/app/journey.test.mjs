// The whole way, as a person goes it: make a vault, choose a folder, wait, press the key, type, open.
// One app and one desktop for all steps; each step starts where the one before it ended.

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { World } from "./world.mjs";
import { Key, until } from "./webdriver.mjs";

const QUICK = "Atom quick search";
const PASSPHRASE = "copper lantern meadow walrus";
const HOSTILE = "<img src=x onerror=document.title='pwned'>.md";
const DISGUISED = "annual\u202Egpj.md";

let world;
let app;
let notifications;
let recoveryCode = "";

before(async () => {
  world = await World.start("journey");
  mkdirSync(join(world.documents, "letters"));
  const files = {
    "tea-harvest.md": "# Tea harvest\n\nThe first flush in Darjeeling is picked in March, leaf by leaf, before the rains.\n",
    "letters/landlord.txt": "Dear Ms Okonkwo, the radiator in the kitchen leaks since Tuesday. Please send a plumber.\n",
    "budget.csv": "month,rent,groceries\njanuary,900,310\nfebruary,900,295\n",
    [HOSTILE]: "A zebrafish </mark><script>document.title='pwned'</script> <img src=x onerror=\"document.title='pwned'\"> swims.\n",
    [DISGUISED]: "A second zebrafish in disguise.\n",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(world.documents, name), text);
  notifications = await world.notifications();
  app = await world.drive();
  await app.turnTo("main");
});

after(() => world?.stop());

const button = (name) => `//button[normalize-space()=${JSON.stringify(name)} and not(@disabled)]`;
const heading = (name) => `//h1[normalize-space()=${JSON.stringify(name)}]`;
const rows = () => app.run("return [...document.querySelectorAll('[role=option]')].map((row) => row.innerText)");
const field = () => app.run("return document.querySelector('input[role=combobox]').value");

/** Asks the core what the page could ask. */
async function ask(command, args = {}) {
  const answer = await app.runAsync(
    "const [command, args, done] = arguments; window.__TAURI_INTERNALS__.invoke(command, args).then((value) => done({ value }), (error) => done({ error }))",
    command,
    args,
  );
  if ("error" in answer) throw Object.assign(new Error(JSON.stringify(answer.error)), { answer: answer.error });
  return answer.value;
}

async function callQuick() {
  await until("quick search", () => {
    world.key("alt+space");
    return until("quick search", () => world.sees(QUICK), 1_500);
  });
  await until("the focus", () => world.focused() === QUICK);
}

test("first start: a passphrase and its recovery code", async () => {
  await app.find(heading("Welcome to Atom"));
  world.shot("welcome");
  const [first, again] = await app.css("input[type=password]");
  await first.type(PASSPHRASE);
  await again.type(PASSPHRASE);
  await app.click(button("Continue"));
  await app.find(heading("Your recovery code"), 60_000);
  world.shot("recovery-code");
  const groups = await app.run("return [...document.querySelectorAll('.recovery-code code')].map((group) => group.innerText)");
  recoveryCode = groups.join("-");
  assert.ok(groups.length >= 4, recoveryCode);
  await app.click("input[type=checkbox]");
  await app.click(button("Continue"));
  await app.find(heading("Type two groups of the code"));
  for (const input of await app.css("form[aria-label='Check the recovery code'] input")) {
    const id = await input.attribute("id");
    const label = await app.run("return document.querySelector(`label[for='${arguments[0]}']`).innerText", id);
    await input.type(groups[Number(label.match(/\d+/)[0]) - 1]);
  }
  await app.click(button("Continue"));
  await app.find(heading("Choose folders to search"));
});

test("a folder is added by its path, and indexed", async () => {
  const path = await app.find("form[aria-label='Add a folder'] input");
  await path.type(world.documents);
  await app.click(button("Add"));
  await app.find("ul[aria-label='Chosen folders'] li");
  world.shot("folders");
  await app.click(button("Start searching"));
  await until("all five files", async () => {
    const [source] = await ask("sources_list");
    return source.files === 5 && source.counts.find(({ state }) => state === "indexed")?.count === 5;
  }, 90_000);
  await until("the meaning of every passage", async () => {
    const { chunks, vectors, model, message } = await ask("status_get");
    assert.equal(message, null);
    return model.state === "missing" || (chunks >= 5 && vectors === chunks);
  }, 60_000);
  await until("the corner to say so", async () => {
    const text = await app.run("return document.querySelector('.index-state')?.innerText ?? ''");
    return /Names 100[\s\S]*Words 100[\s\S]*Meaning (100|off)/.test(text);
  });
});

test("the person is told that the folder is ready", async () => {
  await until("the notification", () => /documents is ready[\s\S]*files can be found now/.test(notifications.log));
});

test("a search in the main window finds the passage and previews it", async () => {
  // Away and back before anything was searched for.
  await app.click("//nav//a[normalize-space()='Sources']");
  await app.find(heading("Sources"));
  await app.click("//nav//a[normalize-space()='Search']");
  const query = await app.find("input[aria-label='Search']");
  await query.type("darjeeling");
  await until("the result", async () => (await rows()).some((row) => row.includes("Darjeeling")));
  await until("the match in the preview", () => app.run("return document.querySelector('.preview mark')?.innerText === 'Darjeeling'"));
  world.shot("search");
});

test("the key, a few letters, Enter: the right file opens", async () => {
  await callQuick();
  await app.turnTo("quick");
  world.type("plumber rad");
  await until("the result", async () => (await rows())[0]?.includes("landlord"));
  await until("all that was typed", async () => (await field()) === "plumber rad");
  await until("highlights", () => app.run("return document.querySelectorAll('[role=option] mark').length > 0"));
  world.shot("quick-search");
  world.key("Return");
  const path = join(world.documents, "letters/landlord.txt");
  await until("the file to open", () => world.openedPaths().includes(path));
  assert.deepEqual(world.openedPaths(), [path]);
  await until("quick search to hide", () => !world.sees(QUICK));
});

test("Ctrl+C copies the path, Escape clears and then hides", async () => {
  await callQuick();
  await until("an empty field", async () => (await field()) === "");
  world.type("darjeeling");
  await until("the result", async () => (await rows())[0]?.includes("Darjeeling"));
  world.key("ctrl+c");
  await until("the toast", async () => /copied/i.test(await app.text()));
  world.key("Escape");
  await until("an empty field", async () => (await field()) === "");
  assert.ok(world.sees(QUICK), "the first Escape only clears");
  world.key("ctrl+v");
  await until("the path", async () => (await field()) === join(world.documents, "tea-harvest.md"));
  world.key("Escape", "Escape");
  await until("quick search to hide", () => !world.sees(QUICK));
});

test("Ctrl+Enter shows the folder", async () => {
  await callQuick();
  await until("an empty field", async () => (await field()) === "");
  world.type("darjeeling");
  await until("the result", async () => (await rows())[0]?.includes("Darjeeling"));
  const before = world.openedPaths().length;
  world.key("ctrl+Return");
  // No file manager answers on this desktop, so the folder itself is opened.
  await until("the folder to open", () => world.openedPaths().length > before);
  assert.equal(world.openedPaths().at(-1), world.documents);
  await until("quick search to hide", () => !world.sees(QUICK));
});

test("hostile names and texts are shown and do nothing", async () => {
  await app.turnTo("main");
  await (await app.find("input[aria-label='Search']")).replace("zebrafish");
  await until("both files", async () => (await rows()).filter((row) => row.includes("zebrafish")).length === 2);
  await until("the preview", () => app.run("return document.querySelector('.preview mark') !== null"));
  const shown = (await rows()).join("\n");
  world.shot("hostile-names");
  assert.ok(!shown.includes("\u202E"), "the override of direction is made visible");
  assert.deepEqual(await app.run("return [...document.querySelectorAll('.stage img, .stage script')].map((one) => one.outerHTML)"), []);
  assert.equal(await app.get("/title"), "Atom");
});

test("the page can load, run and reach nothing that is not Atom's", async () => {
  const refused = await app.runAsync(`
    const done = arguments[arguments.length - 1];
    const refused = new Set();
    document.addEventListener("securitypolicyviolation", (event) => refused.add(event.effectiveDirective.replace(/-(elem|attr)$/, "")));
    const script = document.createElement("script");
    script.textContent = "document.title = 'pwned'";
    document.head.append(script);
    const handler = document.createElement("div");
    handler.setAttribute("onclick", "document.title = 'pwned'");
    handler.click();
    const image = document.createElement("img");
    image.src = "https://example.com/pixel.png";
    document.body.append(image);
    const frame = document.createElement("iframe");
    frame.src = "https://example.com/";
    document.body.append(frame);
    const form = document.createElement("form");
    form.action = "https://example.com/";
    document.body.append(form);
    form.submit();
    try { new WebSocket("wss://example.com/"); } catch {}
    fetch("https://example.com/").catch(() => {});
    let opened = null;
    try { opened = window.open("https://example.com/"); } catch {}
    try { location.href = "javascript:document.title='pwned'"; } catch {}
    setTimeout(() => {
      for (const one of [script, handler, image, frame, form]) one.remove();
      done({ refused: [...refused].sort(), opened: opened !== null, title: document.title });
    }, 400);
  `);
  assert.equal(refused.title, "Atom");
  assert.equal(refused.opened, false);
  for (const directive of ["connect-src", "form-action", "frame-src", "img-src", "script-src"]) {
    assert.ok(refused.refused.includes(directive), `${directive} in ${refused.refused}`);
  }
  const evaluated = await app.run(
    "const s = document.createElement('script'); s.src = 'data:text/javascript,document.title=1'; document.head.append(s); s.remove(); return document.title",
  );
  assert.equal(evaluated, "Atom");
});

test("leaving for another page is refused", async () => {
  const here = await app.get("/url");
  await app.run("location.href = 'https://example.com/'");
  await app.run("location.href = 'file:///etc/passwd'");
  await app.find("input[aria-label='Search']");
  assert.equal(await app.get("/url"), here);
});

test("quick search may not change what is searched or how, nor call a plugin", async () => {
  await app.turnTo("quick");
  for (const command of ["sources_add", "settings_set", "vault_change_passphrase", "files_list", "plugin:window|close", "plugin:opener|open_path"]) {
    const answer = await ask(command).then(() => "allowed", (error) => String(error.answer));
    assert.match(answer, /not allowed/, command);
  }
});

test("the command line answers while the app runs", () => {
  const { stdout, stderr, status } = world.cli(["search", "darjeeling", "--json"]);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /tea-harvest\.md/);
});

test("a second start brings the first one's window to the front", async () => {
  world.close("Atom");
  await until("the main window to go", () => !world.sees("Atom"));
  const second = world.start();
  assert.deepEqual(await second.ended, { code: 0, signal: null }, second.log);
  await until("the main window", () => world.sees("Atom") && world.focused() === "Atom");
});

test("the command `toggle` shows quick search", async () => {
  const { status, stderr } = world.cli(["toggle"]);
  assert.equal(status, 0, stderr);
  await until("quick search", () => world.sees(QUICK));
  assert.equal(world.cli(["toggle"]).status, 0);
  await until("quick search to hide", () => !world.sees(QUICK));
});

test("locking closes everything; only the passphrase opens it", async () => {
  await app.turnTo("main");
  await until("the focus", () => world.focused() === "Atom");
  world.key("ctrl+shift+l");
  await app.find(heading("Unlock Atom"));
  world.shot("locked");
  const locked = world.cli(["search", "darjeeling", "--json"]);
  assert.equal(locked.status, 3, locked.stderr);
  await callQuick();
  await app.turnTo("quick");
  await until("the locked face", async () => (await app.text()).includes("Atom is locked"));
  assert.deepEqual(await rows(), [], "nothing is left of what was found");
  world.shot("quick-locked");
  world.key("Escape");
  await until("quick search to hide", () => !world.sees(QUICK));

  await app.turnTo("main");
  await (await app.find("input[type=password]")).type(`not the passphrase${Key.enter}`);
  await app.find("[role=alert], .banner", 30_000);
  assert.equal((await app.xpath(heading("Unlock Atom"))).length, 1);
  world.shot("wrong-passphrase");
  await (await app.find("input[type=password]")).replace(`${PASSPHRASE}${Key.enter}`);
  await app.find("input[aria-label='Search']", 30_000);
});

test("the recovery code opens it too", async () => {
  world.tool("xdotool", "windowactivate", "--sync", world.windowOf("Atom"));
  world.key("ctrl+shift+l");
  await app.find(heading("Unlock Atom"));
  await app.click("//button[contains(normalize-space(), 'recovery code')]");
  await (await app.find("form input[type=text]")).type(`${recoveryCode}${Key.enter}`);
  await app.find("input[aria-label='Search']", 30_000);
});

test("every page of the main window opens", async () => {
  for (const page of ["Sources", "Activity", "Settings"]) {
    await app.click(`//nav//a[normalize-space()='${page}']`);
    await app.find(heading(page));
    await until("the page", async () => (await app.css("[aria-busy=true]")).length === 0);
    world.shot(page.toLowerCase());
  }
  await app.click("//nav//a[normalize-space()='Search']");
  await app.find("input[aria-label='Search']");
});

test("settings: another key is bound at once, a key that cannot be is refused", async () => {
  const set = async (hotkey) => {
    const settings = await ask("settings_get");
    const now = await ask("settings_set", { settings: { ...settings, hotkey } }).catch((error) => ({ hotkey: error.answer.code }));
    return now.hotkey;
  };
  assert.equal(await set("A"), "invalid-input");
  assert.equal(await set("Ctrl+Shift+K"), "Ctrl+Shift+K");
  world.key("alt+space");
  await until("quick search", () => {
    world.key("ctrl+shift+k");
    return until("quick search", () => world.sees(QUICK), 1_500);
  });
  await until("quick search to hide", () => {
    world.key("Escape");
    return until("quick search to hide", () => !world.sees(QUICK), 1_000);
  });
  assert.equal(await set("Alt+Space"), "Alt+Space");
});
