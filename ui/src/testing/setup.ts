import { cleanup, configure } from "@testing-library/react";
import { afterEach, beforeEach, vi } from "vitest";

// How long `findBy…` and `waitFor` wait for what never comes: far longer than a loaded machine needs.
configure({ asyncUtilTimeout: 30_000 });

// jsdom lays nothing out: virtual lists get a height to fill, and scrolling does nothing.
Object.defineProperties(HTMLElement.prototype, {
  offsetHeight: { configurable: true, get: () => 600 },
  offsetWidth: { configurable: true, get: () => 800 },
  clientHeight: { configurable: true, get: () => 600 },
  clientWidth: { configurable: true, get: () => 800 },
});
HTMLCanvasElement.prototype.getContext = () => null;
Element.prototype.scrollIntoView = () => undefined;
Element.prototype.scrollTo = () => undefined;
globalThis.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
};

beforeEach(() => {
  window.history.replaceState(null, "", "/#/search");
  localStorage.clear();
  delete document.documentElement.dataset["theme"];
});

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});
