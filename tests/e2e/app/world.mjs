// A desktop of its own for each test: display, window manager, message bus, home folder, and a program that "opens" files
// by noting their paths. Nothing of the person who runs the tests is read or written.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Session, until } from "./webdriver.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = resolve(HERE, "../../..");
const TARGET = process.env.CARGO_TARGET_DIR ?? join(ROOT, "target");

/** The program under test: a debug build, since only that lets a web driver in. */
export const ATOM = process.env.ATOM_BIN ?? join(TARGET, "debug/atom");
/** Screenshots and logs, for people; git-ignored. */
export const ARTIFACTS = process.env.ATOM_E2E_ARTIFACTS ?? join(HERE, "artifacts");

const TOOL_PATH = [join(ROOT, ".setup/bin"), process.env.PATH].join(delimiter);

const BUS = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>`;

// Openbox as it is installed keeps Alt+Space for itself, as many desktops do.
const WINDOWS = (keys) => `<?xml version="1.0" encoding="UTF-8"?>
<openbox_config xmlns="http://openbox.org/3.4/rc"><focus><focusNew>yes</focusNew></focus><keyboard>${CLOSES}${keys}</keyboard>
<mouse><context name="Client"><mousebind button="Left" action="Press"><action name="Focus"/><action name="Raise"/></mousebind></context></mouse>
</openbox_config>`;
const CLOSES = '<keybind key="A-F4"><action name="Close"/></keybind>';
const TAKES_ALT_SPACE = '<keybind key="A-space"><action name="ShowMenu"><menu>client-menu</menu></action></keybind>';

function freePort() {
  return new Promise((done, failed) => {
    const server = createServer();
    server.once("error", failed);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

export class World {
  #children = [];
  #shots = 0;

  /** `takesAltSpace`: the window manager has the usual key already. `title` names the artifacts. */
  static async start(title, { takesAltSpace = false } = {}) {
    const world = new World();
    world.title = title;
    world.dir = mkdtempSync(join(tmpdir(), "atom-e2e-"));
    for (const name of ["home", "run", "bin", "data", "documents", "web", "tmp"]) {
      mkdirSync(join(world.dir, name), { mode: 0o700 });
      world[name] = join(world.dir, name);
    }
    mkdirSync(ARTIFACTS, { recursive: true });
    world.opened = join(world.dir, "opened");
    writeFileSync(world.opened, "");
    writeFileSync(join(world.bin, "xdg-open"), `#!/bin/sh\nprintf '%s\\0' "$1" >> '${world.opened}'\n`, { mode: 0o755 });
    world.env = {
      PATH: [world.bin, TOOL_PATH].join(delimiter),
      HOME: world.home,
      XDG_RUNTIME_DIR: world.run,
      TMPDIR: world.tmp,
      LANG: "C.UTF-8",
      ATOM_LOG: process.env.ATOM_LOG ?? "warn,atom=info",
      ATOM_WEB_DRIVER_DIR: world.web,
      LIBGL_ALWAYS_SOFTWARE: "1",
      WEBKIT_DISABLE_DMABUF_RENDERER: "1",
      NO_AT_BRIDGE: "1",
      GSETTINGS_BACKEND: "memory",
      ...(process.env.ATOM_ASSETS ? { ATOM_ASSETS: process.env.ATOM_ASSETS } : {}),
    };
    try {
      await world.#desktop(takesAltSpace);
    } catch (error) {
      await world.stop();
      throw error;
    }
    return world;
  }

  async #desktop(takesAltSpace) {
    const display = this.#spawn("Xvfb", ["-displayfd", "1", "-screen", "0", "1600x1000x24", "-nolisten", "tcp", "-noreset"]);
    this.env.DISPLAY = `:${(await firstLine(display)).trim()}`;
    const bus = join(this.dir, "bus.conf");
    writeFileSync(bus, BUS);
    const daemon = this.#spawn("dbus-daemon", [`--config-file=${bus}`, "--nofork", "--print-address"]);
    this.env.DBUS_SESSION_BUS_ADDRESS = (await firstLine(daemon)).trim();
    const keys = join(this.dir, "openbox.xml");
    writeFileSync(keys, WINDOWS(takesAltSpace ? TAKES_ALT_SPACE : ""));
    await until("the display", () => this.tool("xprop", "-root") !== undefined);
    this.#spawn("openbox", ["--config-file", keys]);
    await until("the window manager", () => this.tool("xprop", "-root", "_NET_SUPPORTING_WM_CHECK").includes("window id"));
  }

  #spawn(program, args, options = {}) {
    const child = spawn(program, args, { env: this.env, stdio: ["ignore", "pipe", "pipe"], detached: true, ...options });
    child.log = "";
    child.on("error", (error) => (child.log += `${error}\n`));
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (child.log += text));
    child.ended = new Promise((done) => child.once("exit", (code, signal) => done({ code, signal })));
    child.program = program;
    this.#children.push(child);
    return child;
  }

  /** Runs a desktop tool and returns what it printed. */
  tool(program, ...args) {
    const { stdout, status, stderr, error } = spawnSync(program, args, { env: this.env, encoding: "utf8" });
    if (error) throw error;
    if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${status}: ${stderr}`);
    return stdout;
  }

  /** Runs Atom's command line, with what it reads from its standard input. */
  cli(args, input = "", env = {}, data = this.data) {
    const { stdout, stderr, status } = spawnSync(ATOM, [...args, "--data-dir", data], {
      env: { ...this.env, ...env },
      encoding: "utf8",
      input,
      timeout: 60_000,
    });
    return { stdout, stderr, status };
  }

  /** Listens to the notifications that are sent; its `log` has them. */
  async notifications() {
    const monitor = this.#spawn("dbus-monitor", ["--session", "interface='org.freedesktop.Notifications'"]);
    await until("the monitor", () => monitor.log.includes("NameAcquired") || monitor.log.includes("NameLost"));
    return monitor;
  }

  /** Starts Atom as a person would, without a driver. */
  start(...args) {
    return this.#spawn(ATOM, ["--data-dir", this.data, ...args]);
  }

  /** Starts Atom under the web driver. */
  async drive(...args) {
    const [port, nativePort] = [await freePort(), await freePort()];
    const driver = this.#spawn("tauri-driver", ["--port", `${port}`, "--native-port", `${nativePort}`]);
    const base = `http://127.0.0.1:${port}`;
    await until("the web driver", async () => (await fetch(`${base}/status`)).ok);
    this.driver = driver;
    this.session = await Session.open(base, ATOM, ["--data-dir", this.data, ...args]);
    return this.session;
  }

  /** A real key event, as `alt+space`. */
  key(...keys) {
    this.tool("xdotool", "key", "--clearmodifiers", ...keys);
  }
  /** Real key events for each letter. */
  type(text) {
    this.tool("xdotool", "type", "--delay", "25", text);
  }
  /** Whether a window with this title can be seen. */
  sees(title) {
    const { status, stdout } = spawnSync("xdotool", ["search", "--onlyvisible", "--name", `^${title}$`], {
      env: this.env,
      encoding: "utf8",
    });
    return status === 0 && stdout.trim() !== "";
  }
  /** Title of the window that has the keyboard. */
  focused() {
    const { stdout } = spawnSync("xdotool", ["getactivewindow", "getwindowname"], { env: this.env, encoding: "utf8" });
    return stdout.trim();
  }
  /** Closes a window as a person does. */
  close(title) {
    this.tool("xdotool", "windowactivate", "--sync", this.windowOf(title));
    this.key("alt+F4");
  }
  windowOf(title) {
    return this.tool("xdotool", "search", "--onlyvisible", "--name", `^${title}$`).trim().split("\n")[0];
  }
  /** Position and size of a window. */
  geometry(title) {
    const text = this.tool("xdotool", "getwindowgeometry", "--shell", this.windowOf(title));
    return Object.fromEntries([...text.matchAll(/^(\w+)=(-?\d+)$/gm)].map(([, name, value]) => [name, Number(value)]));
  }

  /** Paths that were opened so far. */
  openedPaths() {
    return readFileSync(this.opened, "utf8").split("\0").filter(Boolean);
  }

  /** A picture of the whole screen among the artifacts. */
  shot(name) {
    this.#shots += 1;
    const file = `${this.title}-${String(this.#shots).padStart(2, "0")}-${name}.png`;
    spawnSync("scrot", ["-o", join(ARTIFACTS, file)], { env: this.env });
  }

  /** Every file below a folder that contains this text, as UTF-8 or UTF-16. */
  filesWith(folder, text) {
    const needles = [Buffer.from(text, "utf8"), Buffer.from(text, "utf16le")];
    const found = [];
    for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
      const path = join(entry.parentPath ?? entry.path, entry.name);
      if (!entry.isFile() || path.startsWith(this.documents)) continue;
      let bytes;
      try {
        bytes = readFileSync(path);
      } catch (error) {
        // The app runs meanwhile: a file may go between listing and reading.
        if (error.code === "ENOENT") continue;
        throw error;
      }
      if (needles.some((needle) => bytes.includes(needle))) found.push(path);
    }
    return found;
  }

  async stop() {
    if (this.session) await this.session.close().catch(() => {});
    for (const child of this.#children.toReversed()) {
      if (child.exitCode === null && child.pid) {
        try {
          process.kill(-child.pid, "SIGTERM");
        } catch {
          // It ended by itself.
        }
        await Promise.race([child.ended, new Promise((done) => setTimeout(done, 5_000))]);
        if (child.exitCode === null && child.signalCode === null) {
          try {
            process.kill(-child.pid, "SIGKILL");
          } catch {
            // It ended by itself.
          }
        }
      }
      if (child.log) writeFileSync(join(ARTIFACTS, `${this.title}-${child.program.split("/").at(-1)}-${child.pid}.log`), child.log);
    }
    if (existsSync(this.dir)) rmSync(this.dir, { recursive: true, force: true, maxRetries: 3 });
  }
}

function firstLine(child) {
  return new Promise((done, failed) => {
    let text = "";
    child.stdout.on("data", (more) => {
      text += more;
      if (text.includes("\n")) done(text.slice(0, text.indexOf("\n")));
    });
    child.once("exit", (code) => failed(new Error(`${child.program} ended with ${code}: ${child.log}`)));
    child.once("error", failed);
  });
}
