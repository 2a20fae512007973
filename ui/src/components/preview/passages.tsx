import type { PassageView } from "../../platform";
import { countOf } from "../../text/format";
import { Marked } from "../name";

interface PassagesProps {
  passages: readonly PassageView[];
  total: number;
  chosen: number | null;
  onChoose: (passage: PassageView) => void;
}

/** Where a long document matches, to step into. */
export function Passages({ passages, total, chosen, onChoose }: PassagesProps) {
  return (
    <nav className="passages" aria-label="Passages that match">
      <ol>
        {passages.map((passage) => (
          <li key={passage.start}>
            <button
              type="button"
              className="passage-row"
              aria-current={passage.start === chosen ? "true" : undefined}
              onClick={() => {
                onChoose(passage);
              }}
            >
              <Marked text={passage.text} highlights={passage.highlights} where="name" />
            </button>
          </li>
        ))}
      </ol>
      {passages.length < total ? <p className="faint">{`The first ${passages.length} of ${countOf(total, "passage", "passages")}.`}</p> : null}
    </nav>
  );
}
