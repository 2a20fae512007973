import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [react()],
  define: { __ATOM_FAKE_ALLOWED__: "true", __ATOM_FAKE_ALWAYS__: "true" },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["./src/testing/setup.ts"],
    restoreMocks: true,
    css: false,
    // A wait ends with what it waits for; these only end one that would never end, on the slowest machine.
    testTimeout: 90_000,
    hookTimeout: 90_000,
  },
});
