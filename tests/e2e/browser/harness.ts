// A real browser on the fake build, under the content security policy of the app.

import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from "playwright-core";
import { findBrowser } from "./browser";

const FOLDER = fileURLToPath(new URL("../../../ui/dist-fake", import.meta.url));
const SETTINGS = fileURLToPath(new URL("../../../tauri.conf.json", import.meta.url));
/** How long to wait for what never comes: far longer than a loaded machine needs. */
const PATIENCE_MS = 60_000;
const TYPES: Readonly<Record<string, string>> = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css" };

/** The policy that the app itself sets. */
async function policy(): Promise<string> {
  const settings = JSON.parse(await readFile(SETTINGS, "utf8")) as { app: { security: { csp: string } } };
  return settings.app.security.csp;
}

function serve(csp: string): Promise<{ server: Server; address: string }> {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://localhost").pathname);
    readFile(join(FOLDER, path === "/" ? "index.html" : path)).then(
      (body) => {
        response.writeHead(200, { "content-type": TYPES[extname(path)] ?? TYPES[".html"], "content-security-policy": csp });
        response.end(body);
      },
      () => {
        response.writeHead(404).end();
      },
    );
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve({ server, address: `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}` });
    });
  });
}

export interface Harness {
  /** Opens a window; `problems` collects what the page complains about: errors and blocked content. */
  open: (path: string, options?: BrowserContextOptions) => Promise<{ page: Page; problems: string[] }>;
  /** Closes the windows. */
  closeWindows: () => Promise<void>;
  close: () => Promise<void>;
}

function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    headless: true,
    timeout: PATIENCE_MS,
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

export async function startHarness(): Promise<Harness> {
  const browser = await launch(findBrowser());
  const { server, address } = await serve(await policy());
  const contexts = new Set<BrowserContext>();
  const closeWindows = async () => {
    const open = [...contexts];
    contexts.clear();
    await Promise.all(open.map((context) => context.close()));
  };
  return {
    open: async (path, options = {}) => {
      const context = await browser.newContext({ viewport: { width: 1160, height: 740 }, locale: "en-GB", reducedMotion: "reduce", ...options });
      contexts.add(context);
      context.setDefaultTimeout(PATIENCE_MS);
      const page = await context.newPage();
      // The app's web view freezes it too.
      await page.addInitScript(() => {
        Object.freeze(Object.prototype);
      });
      const problems: string[] = [];
      page.on("pageerror", (error) => problems.push(error.message));
      page.on("console", (message) => {
        if (message.type() === "error" && !message.text().includes("favicon")) problems.push(message.text());
      });
      await page.goto(address + path);
      return { page, problems };
    },
    closeWindows,
    close: async () => {
      await closeWindows();
      await browser.close();
      await new Promise((done) => server.close(done));
    },
  };
}
