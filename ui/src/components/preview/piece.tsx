import { cuts, type Hits } from "../../text/hits";
import { Pieces } from "../name";

/** Some characters of a document: inert, with what hides in them named, and its matches marked. */
export function Piece({ hits, start, end, numbered = true }: { hits: Hits; start: number; end: number; numbered?: boolean }) {
  return cuts(hits, start, end).map((cut) => {
    const pieces = <Pieces key={cut.start} text={hits.text.slice(cut.start, cut.end)} where="text" />;
    if (cut.hit === null) return pieces;
    return (
      <mark key={cut.start} data-hit={numbered ? cut.hit : undefined}>
        {pieces}
      </mark>
    );
  });
}
