import { useVirtualizer } from "@tanstack/react-virtual";
import { FileArchive } from "lucide-react";
import { useEffect, useMemo, useRef, type Key, type KeyboardEvent, type MouseEvent } from "react";
import type { HitView } from "../platform";
import { countOf, formatCount } from "../text/format";
import { visibleLine } from "../text/visible";
import { Age } from "./age";
import { KindIcon } from "./kind-icon";
import { Name } from "./name";

export const HIT_HEIGHT = 52;
const HEADING_HEIGHT = 30;

/** Hits under a heading. */
export interface HitGroup {
  key: string;
  label: string;
  /** Where that is, in full. */
  detail: string;
  /** How many of the hits, which follow one another. */
  count: number;
}

export function hitElementId(listId: string, id: string): string {
  return `${listId}-${id}`;
}

interface HitListProps {
  id: string;
  label: string;
  hits: readonly HitView[];
  /** In the order of the hits, all of which they hold; none for a plain list. */
  groups?: readonly HitGroup[];
  selectedId: string | null;
  onSelect: (id: string) => void;
  onOpen: (id: string) => void;
  onNearEnd?: () => void;
}

interface Row {
  hit: HitView;
  /** Place among the hits. */
  index: number;
  group: HitGroup | null;
  /** The first hit of a group has the heading above it. */
  isFirst: boolean;
}

function rowsOf(hits: readonly HitView[], groups: readonly HitGroup[]): Row[] {
  if (groups.length === 0) return hits.map((hit, index) => ({ hit, index, group: null, isFirst: false }));
  let index = 0;
  return groups.flatMap((group) => hits.slice(index, index + group.count).map((hit, place) => ({ hit, index: index++, group, isFirst: place === 0 })));
}

const NO_GROUPS: readonly HitGroup[] = [];

/** Results of any number; only what is in sight is in the page. The query box keeps the focus and moves the selection. */
export function HitList({ id, label, hits, groups = NO_GROUPS, selectedId, onSelect, onOpen, onNearEnd }: HitListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => rowsOf(hits, groups), [hits, groups]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => HIT_HEIGHT + (rows[index]?.isFirst ? HEADING_HEIGHT : 0),
    overscan: 8,
    paddingStart: 6,
    paddingEnd: 6,
    scrollPaddingStart: 6,
    scrollPaddingEnd: 6,
    getItemKey: (index) => `${rows[index]?.isFirst ? "first " : ""}${rows[index]?.hit.id ?? index}`,
  });
  // Heights that were reckoned for other rows are no longer true.
  useEffect(() => {
    virtual.measure();
  }, [groups, virtual]);

  const selectedIndex = hits.findIndex((hit) => hit.id === selectedId);
  useEffect(() => {
    if (selectedIndex >= 0) virtual.scrollToIndex(selectedIndex, { align: "auto" });
  }, [selectedIndex, virtual]);

  const items = virtual.getVirtualItems();
  const lastSeen = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hits.length > 0 && lastSeen >= hits.length - 10) onNearEnd?.();
  }, [lastSeen, hits.length, onNearEnd]);

  const handleKey = (event: KeyboardEvent) => {
    const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (by !== 0) {
      event.preventDefault();
      const next = hits[Math.min(hits.length - 1, Math.max(0, selectedIndex + by))];
      if (next) onSelect(next.id);
    } else if (event.key === "Enter" && selectedId !== null) {
      event.preventDefault();
      onOpen(selectedId);
    }
  };

  const option = ({ key, start, size, row: { hit, index, isFirst } }: Placed) => (
    <div
      key={key}
      id={hitElementId(id, hit.id)}
      role="option"
      aria-selected={hit.id === selectedId}
      aria-posinset={index + 1}
      aria-setsize={hits.length}
      className="hit"
      style={{ height: isFirst ? size - HEADING_HEIGHT : size, transform: `translateY(${isFirst ? start + HEADING_HEIGHT : start}px)` }}
      onClick={() => {
        onSelect(hit.id);
      }}
      onDoubleClick={() => {
        onOpen(hit.id);
      }}
    >
      <HitRow hit={hit} />
    </div>
  );

  const placed = items.flatMap(({ index, key, start, size }) => {
    const row = rows[index];
    return row ? [{ key, start, size, row }] : [];
  });
  return (
    <div ref={scroller} className="hit-scroller" tabIndex={0} role="group" aria-label={label} onMouseDown={keepFocus} onKeyDown={handleKey}>
      <div id={id} role="listbox" aria-label={label} className="hit-list" style={{ height: virtual.getTotalSize(), position: "relative" }}>
        {groups.length === 0
          ? placed.map(option)
          : runsOf(placed).map(({ group, rows: [first, ...others] }) => (
              <div key={group.key} role="group" aria-label={visibleLine(group.label)}>
                {first.row.isFirst ? <GroupHeading group={group} start={first.start} /> : null}
                {[first, ...others].map(option)}
              </div>
            ))}
      </div>
    </div>
  );
}

interface Placed {
  key: Key;
  start: number;
  size: number;
  row: Row;
}

/** Rows in sight by the group that they belong to. */
function runsOf(placed: readonly Placed[]): { group: HitGroup; rows: [Placed, ...Placed[]] }[] {
  const runs: { group: HitGroup; rows: [Placed, ...Placed[]] }[] = [];
  for (const one of placed) {
    const last = runs.at(-1);
    if (one.row.group === null) continue;
    if (last?.group === one.row.group) last.rows.push(one);
    else runs.push({ group: one.row.group, rows: [one] });
  }
  return runs;
}

function GroupHeading({ group, start }: { group: HitGroup; start: number }) {
  return (
    <div className="hit-group" aria-hidden style={{ height: HEADING_HEIGHT, transform: `translateY(${start}px)` }}>
      <span className="cut">
        <Name text={group.label} />
      </span>
      <span className="where cut">
        <Name text={group.detail} />
      </span>
      <span className="badge">{formatCount(group.count)}</span>
    </div>
  );
}

function keepFocus(event: MouseEvent) {
  event.preventDefault();
}

/** What a result shows; quick search lists it among rows of other kinds. */
export function HitRow({ hit }: { hit: HitView }) {
  return (
    <div className="hit-inner">
      <KindIcon kind={hit.kind} />
      <span className="title cut">
        <Name text={hit.title} highlights={hit.titleHighlights} />
      </span>
      <span className="origin">
        <span className="cut" title={visibleLine(hit.path)}>
          {hit.archive === null ? null : <FileArchive size={14} role="img" aria-label="in the archive" />}
          <Name text={hit.folder} />
        </span>
        <Age ms={hit.modified} />
      </span>
      <span className="passage cut">
        {hit.locations.length > 0 ? <span className="badge places">{`also in ${countOf(hit.locations.length, "place", "places")}`}</span> : null}{" "}
        {hit.snippet ? <Name text={hit.snippet.text} highlights={hit.snippet.highlights} /> : <Name text={hit.path} />}
      </span>
    </div>
  );
}
