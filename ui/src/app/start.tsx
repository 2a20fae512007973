import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode, type ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { ToastProvider } from "../components/toast";
import { createQueryClient } from "../data/client";
import { usePlatformEvents } from "../data/events";
import type { Platform } from "../platform";
import { PlatformProvider } from "../platform/context";
import { loadPlatform } from "../platform/load";
import { ErrorBoundary } from "./error-boundary";
import "../styles/base.css";
import "../styles/components.css";
import "../styles/results.css";
import "../styles/preview.css";

/** Everything around a window's screen; tests use it too, over the fake platform. */
export function Surroundings({ platform, children }: { platform: Platform; children: ReactNode }) {
  return (
    <PlatformProvider value={platform}>
      <ErrorBoundary>
        <ToastProvider>
          <Events platform={platform} />
          {children}
        </ToastProvider>
      </ErrorBoundary>
    </PlatformProvider>
  );
}

function Events({ platform }: { platform: Platform }) {
  usePlatformEvents(platform);
  return null;
}

export async function start(screen: ReactNode): Promise<void> {
  const root = document.getElementById("root");
  if (!root) return;
  const platform = await loadPlatform();
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={createQueryClient()}>
        <Surroundings platform={platform}>{screen}</Surroundings>
      </QueryClientProvider>
    </StrictMode>,
  );
}
