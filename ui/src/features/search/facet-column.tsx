import { useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { KindIcon, kindLabel, KINDS } from "../../components/kind-icon";
import { Name } from "../../components/name";
import { hasOperator } from "../../components/pills";
import type { FacetsView, FacetView } from "../../platform";
import { formatCount } from "../../text/format";
import { visibleLine } from "../../text/visible";

/** So many values of a group are in sight at first. */
const FEW = 5;

const TITLES: readonly [keyof FacetsView, string][] = [
  ["kinds", "Kind"],
  ["times", "Changed"],
  ["sources", "Source"],
  ["folders", "Folder"],
  ["people", "Person"],
  ["labels", "Label"],
];

interface Group {
  key: keyof FacetsView;
  title: string;
  facets: FacetView[];
}

/** What narrows the matches, and what already does; a value that all of them have narrows nothing. */
export function narrowing(facets: FacetsView, total: number, query: string): Group[] {
  return TITLES.map(([key, title]) => ({ key, title, facets: facets[key].filter((facet) => hasOperator(query, facet.query) || (facet.count > 0 && facet.count < total)) })).filter((group) => group.facets.length > 0);
}

interface FacetColumnProps {
  groups: readonly Group[];
  query: string;
  onToggle: (operator: string) => void;
}

/** One stop of the Tab key: the arrows walk the values. */
export function FacetColumn({ groups, query, onToggle }: FacetColumnProps) {
  const column = useRef<HTMLDivElement>(null);
  const [current, setCurrent] = useState<string | null>(null);
  const [opened, setOpened] = useState<readonly string[]>([]);
  const names = groups.flatMap(({ key, facets }) => facets.map((facet) => `${key} ${facet.query}`));
  const stop = current !== null && (names.includes(current) || current.startsWith("more ")) ? current : names[0];

  const handleKey = (event: KeyboardEvent) => {
    const all = [...(column.current?.querySelectorAll("button") ?? [])];
    const at = all.findIndex((button) => button === document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    all[Math.min(all.length - 1, Math.max(0, to))]?.focus();
  };

  const button = (name: string) => ({
    tabIndex: name === stop ? 0 : -1,
    onFocus: () => {
      setCurrent(name);
    },
  });

  return (
    <div ref={column} className="facets" role="toolbar" aria-label="Narrow down" aria-orientation="vertical" onKeyDown={handleKey}>
      {groups.map(({ key, title, facets }) => {
        const isOpen = opened.includes(key);
        const shown = isOpen ? facets : facets.slice(0, FEW);
        return (
          <div key={key} className="facet-group" role="group" aria-label={title}>
            <p className="facet-title" aria-hidden>
              {title}
            </p>
            {shown.map((facet) => (
              <button
                key={facet.query}
                type="button"
                className="facet"
                aria-pressed={hasOperator(query, facet.query)}
                title={visibleLine(facet.query)}
                {...button(`${key} ${facet.query}`)}
                onClick={() => {
                  onToggle(facet.query);
                }}
              >
                <FacetLabel group={key} facet={facet} />
                <span className="facet-count">{formatCount(facet.count)}</span>
              </button>
            ))}
            {facets.length > FEW ? (
              <button
                type="button"
                className="facet more"
                aria-expanded={isOpen}
                {...button(`more ${key}`)}
                onClick={() => {
                  setOpened(isOpen ? opened.filter((one) => one !== key) : [...opened, key]);
                }}
              >
                {isOpen ? "Fewer" : `${formatCount(facets.length - FEW)} more`}
                <span className="only-for-readers">{` of ${title}`}</span>
              </button>
            ) : null}
          </div>
        );
      })}
    </div>
  );
}

function FacetLabel({ group, facet }: { group: keyof FacetsView; facet: FacetView }): ReactNode {
  const kind = group === "kinds" ? KINDS.find((kind) => facet.query === `type:${kind}`) : undefined;
  return (
    <>
      {kind ? (
        <span className="icon" aria-hidden>
          <KindIcon kind={kind} size={16} />
        </span>
      ) : null}
      <span className="cut label">{kind ? kindLabel(kind) : <Name text={facet.label} />}</span>
    </>
  );
}
