import { ChevronDown, ChevronRight } from "lucide-react";
import { useId, useState, type ReactNode } from "react";
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

/** Why a result is where it is: the line that says it in short and opens the facts. */
export function useWhy(explain: Explain | null): { line: ReactNode; facts: ReactNode } {
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const reasons = explain ? reasonsOf(explain) : [];
  if (!explain || reasons.length === 0) return { line: null, facts: null };
  const Chevron = isOpen ? ChevronDown : ChevronRight;
  const line = (
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
      <span>
        <span className="only-for-readers">Why this result: </span>
        <span>{`Found as ${reasons.join(", ")}`}</span>
      </span>
    </button>
  );
  return { line, facts: isOpen ? <Facts id={id} explain={explain} /> : null };
}

function Facts({ id, explain: { wordsRank, meaningRank, boosts } }: { id: string; explain: Explain }) {
  return (
    <dl id={id} className="why-facts">
      <Fact name="Words">{wordsRank === null ? "Not among what the words find" : `No. ${formatCount(wordsRank)} of what the words find`}</Fact>
      <Fact name="Meaning">{meaningRank === null ? "Not among what is about the same thing" : `No. ${formatCount(meaningRank)} of what is about the same thing`}</Fact>
      {boosts.length > 0 ? <Fact name="Moved up">{boosts.map(visibleLine).join(", ")}</Fact> : null}
    </dl>
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
