import { act, renderHook } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import type { QuickRow } from "./rows";
import { useSteadyRows } from "./use-steady-rows";

const hit = (id: string) => ({ kind: "hit", id }) as QuickRow;
const command = (id: string) => ({ kind: "command", id }) as QuickRow;
/** Small letters are files, capitals are commands. */
const list = (ids: string) => [...ids].map((id) => (/[A-Z]/.test(id) ? command(id) : hit(id)));

interface Given {
  query: string;
  answered: string | null;
  source: readonly QuickRow[];
  chosen: string | null;
}

beforeEach(() => {
  vi.useFakeTimers();
});

function steady(first: Given) {
  const hook = renderHook(({ query, answered, source, chosen }: Given) => useSteadyRows(query, answered, source, chosen), { initialProps: first });
  return {
    show: (next: Given) => {
      hook.rerender(next);
      return hook.result.current.map((row) => row.id).join("");
    },
    wait: () => {
      act(() => {
        vi.advanceTimersByTime(200);
      });
    },
  };
}

it("takes what comes at once, while nobody has aimed", () => {
  const { show } = steady({ query: "", answered: null, source: list(""), chosen: null });
  show({ query: "x", answered: null, source: list("W"), chosen: null });
  expect(show({ query: "x", answered: "x", source: list("abcW"), chosen: null })).toBe("abcW");
});

it("keeps the first row once a moment has passed", () => {
  const { show, wait } = steady({ query: "x", answered: null, source: list("W"), chosen: null });
  wait();
  expect(show({ query: "x", answered: "x", source: list("abcW"), chosen: null })).toBe("Wabc");
});

it("keeps a chosen command where it is while files come in above it", () => {
  const { show } = steady({ query: "x", answered: "x", source: list("aW"), chosen: null });
  show({ query: "x", answered: "x", source: list("aW"), chosen: "W" });
  expect(show({ query: "x", answered: "x", source: list("abcWd"), chosen: "W" })).toBe("aWbcd");
});

it("does not stay on a file of the query before", () => {
  const { show, wait } = steady({ query: "x", answered: "x", source: list("ab"), chosen: null });
  show({ query: "xy", answered: "x", source: list("ab"), chosen: null });
  wait();
  expect(show({ query: "xy", answered: "xy", source: list("cd"), chosen: null })).toBe("cd");
});

it("begins anew with a new query", () => {
  const { show, wait } = steady({ query: "x", answered: "x", source: list("Wab"), chosen: "W" });
  wait();
  expect(show({ query: "xy", answered: "x", source: list("abW"), chosen: null })).toBe("abW");
});
