import { useVirtualizer } from "@tanstack/react-virtual";
import { X } from "lucide-react";
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type MouseEvent } from "react";
import { IconButton } from "../../components/button";
import { HIT_HEIGHT, hitElementId } from "../../components/hit-list";
import { visibleLine } from "../../text/visible";
import { QuickRowBody } from "./quick-row";
import type { QuickRow, Section } from "./rows";
import { KEYS } from "./shortcuts";

/** Rows of one line, and titles of sections. */
const LINE_HEIGHT = 36;
const TITLE_HEIGHT = 30;

/** The element of a row; what people typed is no id as it is. */
export function rowElementId(listId: string, row: QuickRow): string {
  return hitElementId(listId, encodeURIComponent(row.id));
}

/** What can be taken out of the list, and its name. */
function removable(row: QuickRow): string | null {
  if (row.kind === "past") return `Forget “${visibleLine(row.past.query)}”`;
  return row.kind === "saved" ? `Delete “${visibleLine(row.saved.name)}”` : null;
}

interface QuickListProps {
  id: string;
  label: string;
  sections: readonly Section[];
  selectedId: string | null;
  /** Stands below the last row. */
  foot: string | null;
  onSelect: (id: string) => void;
  onRun: (row: QuickRow) => void;
  onRemove: (row: QuickRow) => void;
}

type Entry = { title: string } | { row: QuickRow; place: number };

/** Files, and what else was meant, in one list. The query box keeps the focus and moves the selection. */
export function QuickList({ id, label, sections, selectedId, foot, onSelect, onRun, onRemove }: QuickListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState<string | null>(null);
  const entries = useMemo(() => entriesOf(sections), [sections]);
  const count = entries.filter((entry) => "row" in entry).length;
  const lines = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => heightOf(entries[index]),
    overscan: 8,
    paddingStart: 6,
    paddingEnd: 6,
    scrollPaddingStart: 6,
    scrollPaddingEnd: 6,
    getItemKey: (index) => keyOf(entries[index], index),
  });
  useEffect(() => {
    lines.measure();
  }, [entries, lines]);

  const selectedIndex = entries.findIndex((entry) => "row" in entry && entry.row.id === selectedId);
  useEffect(() => {
    // With the first row the title above it is in sight too.
    if (selectedIndex >= 0) lines.scrollToIndex(selectedIndex <= 1 ? 0 : selectedIndex, { align: "auto" });
  }, [selectedIndex, lines]);

  const handleKey = (event: KeyboardEvent) => {
    const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.target !== event.currentTarget) return;
    const rows = entries.flatMap((entry) => ("row" in entry ? [entry.row] : []));
    const at = rows.findIndex((row) => row.id === selectedId);
    const next = rows[Math.min(rows.length - 1, Math.max(0, at + by))];
    if (by !== 0 && next) {
      event.preventDefault();
      onSelect(next.id);
    } else if (event.key === "Enter" && rows[at]) {
      event.preventDefault();
      onRun(rows[at]);
    }
  };

  const items = lines.getVirtualItems();
  const tools = items.flatMap((item) => {
    const entry = entries[item.index];
    const name = entry && "row" in entry ? removable(entry.row) : null;
    return entry && "row" in entry && name !== null ? [{ row: entry.row, name, start: item.start }] : [];
  });

  return (
    <div
      ref={scroller}
      className="hit-scroller"
      tabIndex={0}
      role="group"
      aria-label={label}
      onMouseDown={keepFocus}
      onMouseLeave={() => {
        setPointed(null);
      }}
      onKeyDown={handleKey}
    >
      <div className="quick-rows" style={{ height: lines.getTotalSize() }}>
        <div id={id} role="listbox" aria-label={label} className="hit-list">
          {items.map((item) => {
            const entry = entries[item.index];
            if (!entry) return null;
            const style = { height: item.size, transform: `translateY(${item.start}px)` };
            if (!("row" in entry)) {
              return (
                <div key={item.key} className="quick-title" style={style} aria-hidden>
                  {entry.title}
                </div>
              );
            }
            const { row, place } = entry;
            return (
              <div
                key={item.key}
                id={rowElementId(id, row)}
                role="option"
                aria-selected={row.id === selectedId}
                aria-posinset={place}
                aria-setsize={count}
                className="hit"
                style={style}
                onMouseEnter={() => {
                  setPointed(row.id);
                }}
                onClick={() => {
                  onSelect(row.id);
                  if (row.kind !== "hit") onRun(row);
                }}
                onDoubleClick={() => {
                  if (row.kind === "hit") onRun(row);
                }}
              >
                <QuickRowBody row={row} />
              </div>
            );
          })}
        </div>
        {/* Beside the list: a row of it can hold no button. */}
        {tools.map(({ row, name, start }) => (
          <div key={row.id} className={`quick-tool ${row.id === pointed || row.id === selectedId ? "on" : ""}`} style={{ transform: `translateY(${start}px)` }}>
            <IconButton
              label={name}
              shortcut={KEYS.remove}
              size="small"
              onMouseEnter={() => {
                setPointed(row.id);
              }}
              onClick={() => {
                onRemove(row);
              }}
            >
              <X size={14} aria-hidden />
            </IconButton>
          </div>
        ))}
      </div>
      {foot === null ? null : <p className="quick-note">{foot}</p>}
    </div>
  );
}

function entriesOf(sections: readonly Section[]): Entry[] {
  let place = 0;
  return sections.flatMap(({ title, rows }) => [
    ...(title === null || sections.length < 2 ? [] : [{ title }]),
    ...rows.map((row) => {
      place += 1;
      return { row, place };
    }),
  ]);
}

function heightOf(entry: Entry | undefined): number {
  if (!entry || !("row" in entry)) return TITLE_HEIGHT;
  return entry.row.kind === "saved" || entry.row.kind === "past" ? LINE_HEIGHT : HIT_HEIGHT;
}

function keyOf(entry: Entry | undefined, index: number): string | number {
  if (!entry) return index;
  return "row" in entry ? entry.row.id : `title:${entry.title}`;
}

function keepFocus(event: MouseEvent) {
  event.preventDefault();
}
