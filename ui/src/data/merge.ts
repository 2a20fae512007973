/**
 * Puts the final answer in place of the first one. The row that the user is on keeps its place:
 * everything else moves around it.
 */
export function mergeHits<Row extends { id: string }>(shown: readonly Row[], next: readonly Row[], pinned: string | null): Row[] {
  const at = pinned === null ? -1 : shown.findIndex((hit) => hit.id === pinned);
  const kept = shown[at];
  if (!kept) return [...next];
  const renewed = next.find((hit) => hit.id === pinned) ?? kept;
  const rest = next.filter((hit) => hit.id !== pinned);
  return [...rest.slice(0, at), renewed, ...rest.slice(at)];
}
