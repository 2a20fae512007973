import { History, ListFilter, Tag } from "lucide-react";
import { useEffect, useLayoutEffect, useRef } from "react";
import type { CompletionView } from "../platform";
import { Keycaps } from "./keycaps";
import { KindIcon, KINDS } from "./kind-icon";
import { Name } from "./name";

/** No pop-up is wider. */
const WIDTH = 340;
/** So far from the start of the line, the titles below stay readable for whoever only types words. */
const ASIDE = 220;

export function completionId(listId: string, index: number): string {
  return `${listId}-${index}`;
}

interface CompletionListProps {
  id: string;
  list: readonly CompletionView[];
  /** The one that the arrows are on; null while they still walk the results. */
  at: number | null;
  /** The text before what is completed: the pop-up lies below its end. */
  before: string;
  onTake: (completion: CompletionView) => void;
}

/** How the query may go on, below the place where it would. The focus stays in the query. */
export function CompletionList({ id, list, at, before, onTake }: CompletionListProps) {
  const popup = useRef<HTMLUListElement>(null);
  const measure = useRef<HTMLSpanElement>(null);
  // Results matter more than what words might become; of an operator's values nobody sees results yet.
  const isAside = at === null && list.every((one) => one.kind !== "value");

  useLayoutEffect(() => {
    const line = popup.current?.parentElement;
    if (!popup.current || !line) return;
    const place = Math.max(measure.current?.offsetWidth ?? 0, isAside ? ASIDE : 0);
    popup.current.style.left = `${Math.max(0, Math.min(place, line.clientWidth - WIDTH))}px`;
  }, [before, isAside]);

  useEffect(() => {
    popup.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [at]);

  return (
    <>
      <span ref={measure} className="completion-measure" aria-hidden>
        {before}
      </span>
      <ul
        ref={popup}
        id={id}
        role="listbox"
        aria-label="Completions"
        className="completions"
        onMouseDown={(event) => {
          event.preventDefault();
        }}
      >
        {list.map((one, index) => (
          <li
            key={`${one.kind} ${one.insert}`}
            id={completionId(id, index)}
            role="option"
            aria-selected={index === at}
            onClick={() => {
              onTake(one);
            }}
          >
            <CompletionIcon completion={one} />
            <span className="cut">
              <Name text={one.label} />
            </span>
            <span className="detail cut">
              <Name text={one.detail} />
            </span>
            {index === (at ?? 0) ? <Keycaps shortcut={at === null ? "Tab" : "Enter"} /> : null}
          </li>
        ))}
      </ul>
    </>
  );
}

function CompletionIcon({ completion: { kind, label } }: { completion: CompletionView }) {
  const Icon = kind === "history" ? History : kind === "operator" ? ListFilter : Tag;
  return <span className="icon" aria-hidden>{kind === "value" && KINDS.includes(label) ? <KindIcon kind={label} size={16} /> : <Icon size={16} strokeWidth={1.75} />}</span>;
}
