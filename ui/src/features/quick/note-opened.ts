import { useHistoryChanges } from "../../data/personal";
import type { HitView, SearchResponse } from "../../platform";
import { usePlatform } from "../../platform/context";

/** Notes that a search was meant, because something was done with one of its hits. `response` is null where nothing was searched. */
export function useNoteOpened(response: SearchResponse | null, hits: readonly HitView[]): (hit: HitView) => void {
  const platform = usePlatform();
  const { renew } = useHistoryChanges();
  return (hit) => {
    if (!response) return;
    const place = hits.findIndex((one) => one.id === hit.id);
    const { query, total, tookMs } = response;
    // What is not noted is missed by nobody at this moment.
    platform.noteSearch({ query, total, tookMs: tookMs ?? 0, opened: hit.id, rank: place < 0 ? null : place + 1 }).then(renew, () => undefined);
  };
}
