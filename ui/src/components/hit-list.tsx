import { useVirtualizer } from "@tanstack/react-virtual";
import { FileArchive } from "lucide-react";
import { useEffect, useRef, type KeyboardEvent, type MouseEvent } from "react";
import type { HitView } from "../platform";
import { countOf } from "../text/format";
import { visibleLine } from "../text/visible";
import { Age } from "./age";
import { KindIcon } from "./kind-icon";
import { Name } from "./name";

export const HIT_HEIGHT = 52;

export function hitElementId(listId: string, id: string): string {
  return `${listId}-${id}`;
}

interface HitListProps {
  id: string;
  label: string;
  hits: readonly HitView[];
  selectedId: string | null;
  onSelect: (id: string) => void;
  onOpen: (id: string) => void;
  onNearEnd?: () => void;
}

/** Results of any number; only what is in sight is in the page. The query box keeps the focus and moves the selection. */
export function HitList({ id, label, hits, selectedId, onSelect, onOpen, onNearEnd }: HitListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: hits.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => HIT_HEIGHT,
    overscan: 8,
    paddingStart: 6,
    paddingEnd: 6,
    scrollPaddingStart: 6,
    scrollPaddingEnd: 6,
    getItemKey: (index) => hits[index]?.id ?? index,
  });

  const selectedIndex = hits.findIndex((hit) => hit.id === selectedId);
  useEffect(() => {
    if (selectedIndex >= 0) rows.scrollToIndex(selectedIndex, { align: "auto" });
  }, [selectedIndex, rows]);

  const items = rows.getVirtualItems();
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

  return (
    <div ref={scroller} className="hit-scroller" tabIndex={0} role="group" aria-label={label} onMouseDown={keepFocus} onKeyDown={handleKey}>
      <div id={id} role="listbox" aria-label={label} className="hit-list" style={{ height: rows.getTotalSize(), position: "relative" }}>
        {items.map((item) => {
          const hit = hits[item.index];
          if (!hit) return null;
          return (
            <div
              key={item.key}
              id={hitElementId(id, hit.id)}
              role="option"
              aria-selected={hit.id === selectedId}
              aria-posinset={item.index + 1}
              aria-setsize={hits.length}
              className="hit"
              style={{ height: item.size, transform: `translateY(${item.start}px)` }}
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
        })}
      </div>
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
