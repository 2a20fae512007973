import { ChevronDown, ChevronRight } from "lucide-react";
import { useId, useState } from "react";
import type { HitView } from "../platform";
import { formatCount } from "../text/format";
import { visibleLine } from "../text/visible";

type Explain = NonNullable<HitView["explain"]>;

function reasonsOf({ wordsRank, meaningRank, boosts }: Explain): string[] {
  return [
    wordsRank === null ? null : `no. ${formatCount(wordsRank)} by words`,
    meaningRank === null ? null : `no. ${formatCount(meaningRank)} by meaning`,
    ...boosts.map(visibleLine),
  ].filter((reason) => reason !== null);
}

/** Why a result is where it is: in one line, and opened in full. */
export function Why({ explain }: { explain: Explain }) {
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const reasons = reasonsOf(explain);
  if (reasons.length === 0) return null;
  const Chevron = isOpen ? ChevronDown : ChevronRight;
  return (
    <div className="why">
      <button
        type="button"
        className="why-line"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        title="Why this result"
        onClick={() => {
          setOpen(!isOpen);
        }}
      >
        <Chevron size={14} aria-hidden />
        <span className="only-for-readers">Why this result: </span>
        <span className="cut">{`Found as ${reasons.join(", ")}`}</span>
      </button>
      {isOpen ? (
        <dl id={id} className="why-facts">
          <Fact name="Words">{explain.wordsRank === null ? "Not among what the words find" : `No. ${formatCount(explain.wordsRank)} of what the words find`}</Fact>
          <Fact name="Meaning">{explain.meaningRank === null ? "Not among what is about the same thing" : `No. ${formatCount(explain.meaningRank)} of what is about the same thing`}</Fact>
          {explain.boosts.length > 0 ? <Fact name="Moved up">{explain.boosts.map(visibleLine).join(", ")}</Fact> : null}
        </dl>
      ) : null}
    </div>
  );
}

function Fact({ name, children }: { name: string; children: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
