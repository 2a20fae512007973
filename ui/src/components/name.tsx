import { segments, type Range } from "../text/highlight";
import { visiblePieces } from "../text/visible";

export function Pieces({ text, where }: { text: string; where: "name" | "text" }) {
  return visiblePieces(text, where).map((piece, index) =>
    piece.kind === "text" ? (
      piece.text
    ) : (
      <span key={index} className="unseen" title={`Invisible character ${piece.label}`}>
        {piece.label}
      </span>
    ),
  );
}

/** A name, title or path from outside: inert, in its own direction, with nothing hidden. */
export function Name({ text, highlights = [], className = "" }: { text: string; highlights?: readonly Range[]; className?: string }) {
  return (
    <bdi className={`name ${className}`}>
      <Marked text={text} highlights={highlights} where="name" />
    </bdi>
  );
}

interface MarkedProps {
  text: string;
  highlights: readonly Range[];
  where: "name" | "text";
  /** Number of the first highlight, for finding marks later. */
  firstHit?: number;
  current?: number | null;
}

export function Marked({ text, highlights, where, firstHit, current = null }: MarkedProps) {
  return segments(text, highlights).map((segment, index) => {
    if (segment.hit === null) return <Pieces key={index} text={segment.text} where={where} />;
    const number = firstHit === undefined ? null : firstHit + segment.hit;
    return (
      <mark key={index} data-hit={number ?? undefined} className={number !== null && number === current ? "current" : undefined}>
        <Pieces text={segment.text} where={where} />
      </mark>
    );
  });
}
