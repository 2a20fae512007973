import { useMemo } from "react";
import type { Hits } from "../../text/hits";
import { blocksOf } from "./blocks";
import { Piece } from "./piece";

/** The text as it is, in blocks, so that the browser lays out only what is in sight. */
export function TextView({ hits, mono }: { hits: Hits; mono: boolean }) {
  const blocks = useMemo(() => blocksOf(hits), [hits]);
  return (
    <div className={mono ? "mono" : undefined}>
      {blocks.map(([start, end]) => (
        <div key={start} className="block">
          <Piece hits={hits} start={start} end={end} />
        </div>
      ))}
    </div>
  );
}
