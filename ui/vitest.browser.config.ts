import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// The tests live outside this folder and use its packages.
export default defineConfig({
  root: here(".."),
  resolve: {
    alias: {
      "playwright-core": here("./node_modules/playwright-core/index.mjs"),
      "axe-core": here("./node_modules/axe-core/axe.js"),
      "vitest": here("./node_modules/vitest"),
    },
  },
  server: { fs: { allow: [here("..")] } },
  test: {
    environment: "node",
    include: ["tests/e2e/browser/**/*.test.ts"],
    globalSetup: ["tests/e2e/browser/browser.ts"],
    // A wait ends with what it waits for; these only end one that would never end, on the slowest machine.
    // They are above the browser's own limits in harness.ts, whose messages say what was waited for.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    fileParallelism: false,
    // A second try is reported as such.
    retry: 2,
  },
});
