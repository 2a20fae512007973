import { ChevronDown, ChevronRight } from "lucide-react";
import { useId, useState, type ReactNode } from "react";
import type { HitView } from "../platform";
import { formatCount } from "../text/format";
import { visibleLine } from "../text/visible";

type Explain = NonNullable<HitView["explain"]>;

/** How a result was found, in one line; null where nothing is known of it. */
export function foundAs({ wordsRank, meaningRank, boosts }: Explain): string | null {
  const reasons = [
    wordsRank === null ? null : `no. ${formatCount(wordsRank)} by words`,
    meaningRank === null ? null : `no. ${formatCount(meaningRank)} by meaning`,
    ...boosts.map(visibleLine),
  ].filter((reason) => reason !== null);
  return reasons.length === 0 ? null : `Found as ${reasons.join(", ")}`;
}

/** Why a result is where it is: the line that says it in short and opens the facts. */
export function useWhy(explain: Explain | null): { line: ReactNode; facts: ReactNode } {
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const found = explain ? foundAs(explain) : null;
  if (!explain || found === null) return { line: null, facts: null };
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
        <span>{found}</span>
      </span>
    </button>
  );
  return { line, facts: isOpen ? <Facts id={id} explain={explain} /> : null };
}

function Facts({ id, explain: { wordsRank, meaningRank, boosts } }: { id: string; explain: Explain }) {
  return (
    <dl id={id} className="why-facts">
      {wordsRank === null ? null : <Fact name="Words">{`No. ${formatCount(wordsRank)} of what the words find`}</Fact>}
      {meaningRank === null ? null : <Fact name="Meaning">{`No. ${formatCount(meaningRank)} of what is about the same thing`}</Fact>}
      {boosts.length > 0 ? <Fact name="Also">{boosts.map(visibleLine).join(", ")}</Fact> : null}
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
