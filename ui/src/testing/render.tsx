import { QueryClientProvider } from "@tanstack/react-query";
import { act, render, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import type { ReactNode } from "react";
import { expect } from "vitest";
import { Surroundings } from "../app/start";
import { createQueryClient } from "../data/client";
import { createFakePlatform, type FakeOptions } from "../platform/fake/platform";

/** A screen over a fresh fake platform, at an address. */
export function renderScreen(screen: ReactNode, options: FakeOptions & { hash?: string } = {}) {
  if (options.hash !== undefined) window.history.replaceState(null, "", options.hash);
  const platform = createFakePlatform(options);
  const client = createQueryClient();
  const root = document.createElement("div");
  root.id = "root";
  document.body.append(root);
  const within = (screen: ReactNode) => (
    <QueryClientProvider client={client}>
      <Surroundings platform={platform}>{screen}</Surroundings>
    </QueryClientProvider>
  );
  const view = render(within(screen), { container: root });
  return {
    ...view,
    /** Shows the screen as it is given now, in the same surroundings. */
    show: (screen: ReactNode) => {
      view.rerender(within(screen));
    },
    platform,
    client,
    user: userEvent.setup(),
    /** Waits until every question to the core is answered. */
    settled: () =>
      waitFor(() => {
        expect(client.isFetching()).toBe(0);
      }),
    callsOf: (name: string) => platform.calls.filter((call) => call.name === name).map((call) => call.arguments),
    emit: async (...event: Parameters<typeof platform.emit>) => {
      await act(async () => {
        platform.emit(...event);
        await Promise.resolve();
      });
    },
  };
}

/** Colours are checked in a real browser; jsdom knows none. */
export async function expectAccessible(): Promise<void> {
  const result = await axe.run(document.body, { rules: { "color-contrast": { enabled: false }, "region": { enabled: false } } });
  expect(result.violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.html).join(" | ")}`)).toEqual([]);
}
