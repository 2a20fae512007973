// Which browser the tests drive. As a global set-up it ends the run at once, and once, where there is none.

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

// `cargo xtask setup --test` is content with any of these.
const NAMES = ["chromium", "chromium-browser", "google-chrome"];
const REMEDY = "Run `cargo xtask setup --test`, which installs Chromium, or put the path of a Chromium or Chrome in ATOM_TEST_BROWSER.";

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The browser's path; fails with what to do. */
export function findBrowser(environment: NodeJS.ProcessEnv = process.env): string {
  const given = environment["ATOM_TEST_BROWSER"];
  if (given) {
    if (isProgram(given)) return given;
    throw new Error(`ATOM_TEST_BROWSER is ${given}, which is not a program. ${REMEDY}`);
  }
  const folders = (environment["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const found = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
  if (found) return found;
  throw new Error(`There is no browser for the user interface's tests: none of ${NAMES.join(", ")} is in PATH. ${REMEDY}`);
}

export default function setup(): void {
  findBrowser();
}
