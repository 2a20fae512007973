import type { Platform } from "./index";

declare const __ATOM_FAKE_ALLOWED__: boolean;
declare const __ATOM_FAKE_ALWAYS__: boolean;

/** The app's platform; the fake one in a fake build, or with `?fake` on the development server. */
export async function loadPlatform(): Promise<Platform> {
  if (__ATOM_FAKE_ALLOWED__) {
    const parameters = new URLSearchParams(location.search);
    if (__ATOM_FAKE_ALWAYS__ || parameters.has("fake")) {
      const { createFakePlatform } = await import("./fake/platform");
      return createFakePlatform({ start: parameters.get("fake"), live: true });
    }
  }
  const { createTauriPlatform } = await import("./tauri");
  return createTauriPlatform();
}
