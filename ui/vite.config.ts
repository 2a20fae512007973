import react from "@vitejs/plugin-react";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// `--mode fake` builds the same windows over the in-memory platform, for tests in a plain browser.
// In a production build the constant is false and the fake is dropped from the bundle.
export default defineConfig(({ command, mode }) => ({
  plugins: [react()],
  clearScreen: false,
  define: {
    __ATOM_FAKE_ALLOWED__: JSON.stringify(command === "serve" || mode === "fake"),
    __ATOM_FAKE_ALWAYS__: JSON.stringify(mode === "fake"),
  },
  server: { port: 1420, strictPort: true, watch: { ignored: ["**/dist/**", "**/dist-fake/**"] } },
  preview: { port: 4173, strictPort: false },
  build: {
    outDir: mode === "fake" ? "dist-fake" : "dist",
    emptyOutDir: true,
    target: ["safari16", "chrome110"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: { main: here("./index.html"), quick: here("./quick.html") } },
  },
}));
