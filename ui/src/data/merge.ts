import type { HitView } from "../platform";

/**
 * Puts the final answer in place of the first one. The row that the user is on keeps its place:
 * everything else moves around it.
 */
export function mergeHits(shown: readonly HitView[], next: readonly HitView[], pinned: string | null): HitView[] {
  const at = pinned === null ? -1 : shown.findIndex((hit) => hit.id === pinned);
  const kept = shown[at];
  if (!kept) return [...next];
  const renewed = next.find((hit) => hit.id === pinned) ?? kept;
  const rest = next.filter((hit) => hit.id !== pinned);
  return [...rest.slice(0, at), renewed, ...rest.slice(at)];
}
