import { ChevronDown, ChevronLeft, ChevronRight, ChevronUp, FileQuestionMark, ZoomIn, ZoomOut } from "lucide-react";
import { useEffect, useImperativeHandle, useRef, useState, type KeyboardEvent, type Ref, type RefObject } from "react";
import { usePage } from "../../data/preview";
import { useSettled, useSlow } from "../../data/wait";
import type { HitView, PreviewPageView } from "../../platform";
import { formatCount } from "../../text/format";
import { visibleLine } from "../../text/visible";
import { Blank, ErrorBlank } from "../blank";
import { IconButton } from "../button";
import type { PreviewHandle } from "../preview";

/** Whoever runs through the hits does not have each of them drawn. */
const SETTLE_MS = 120;
/** Nor does whoever is still typing. */
const TYPING_MS = 250;
/** Widths are asked for in these steps, so that a window that is dragged wider has few of them drawn. */
const WIDTH_STEP = 240;
const MAX_WIDTH = 2_000;
const ZOOMS = [1, 1.5, 2, 3] as const;
const PARTS = 65_535;

/** The pixels that an element is wide, in steps; null until it is known and things have settled. */
function useWidth(ref: RefObject<HTMLElement | null>, zoom: number): number | null {
  const [wide, setWide] = useState<number | null>(null);
  const settled = useSlow(true, SETTLE_MS);
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const measure = () => {
      setWide(element.clientWidth);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, [ref]);
  if (!settled || wide === null) return null;
  const pixels = wide * zoom * (window.devicePixelRatio || 1);
  return Math.min(MAX_WIDTH, Math.max(WIDTH_STEP, Math.ceil(pixels / WIDTH_STEP) * WIDTH_STEP));
}

function source(view: PreviewPageView): string {
  return `data:image/png;base64,${view.png ?? ""}`;
}

/** Where in the pages somebody is, for a query: the page, and which of its matches. */
interface Place {
  query: string;
  page: number | null;
  mark: number | "last";
}

interface PagesViewProps {
  item: HitView;
  query: string;
  handle: Ref<PreviewHandle>;
}

export function PagesView({ item, query: typed, handle }: PagesViewProps) {
  const query = useSettled(typed, TYPING_MS);
  const frame = useRef<HTMLDivElement>(null);
  const [zoom, setZoom] = useState(0);
  const [went, setPlace] = useState<Place>({ query, page: null, mark: 0 });
  const place: Place = went.query === query ? went : { query, page: null, mark: 0 };
  const width = useWidth(frame, ZOOMS[zoom] ?? 1);
  // The first answer says which pages match, and is not drawn anew for another width once another page is shown.
  const first = usePage(item.id, null, place.page === null ? width : null, query);
  const asked = usePage(item.id, place.page, width, query);
  const slow = useSlow(asked.isPending && width !== null);
  const view = asked.data;
  const matching = first.data?.matching ?? [];
  const marks = view?.marks ?? [];
  const current = place.mark === "last" ? marks.length - 1 : Math.min(place.mark, Math.max(0, marks.length - 1));

  const turn = (by: 1 | -1) => {
    if (!view || view.pages < 2) return;
    const page = Math.min(view.pages - 1, Math.max(0, view.page + by));
    if (page !== view.page) setPlace({ query, page, mark: 0 });
  };
  const step = (by: 1 | -1) => {
    if (!view || asked.isPlaceholderData) return;
    if (marks[current + by]) {
      setPlace({ query, page: place.page, mark: current + by });
      return;
    }
    const page = by === 1 ? (matching.find((one) => one > view.page) ?? matching[0]) : (matching.findLast((one) => one < view.page) ?? matching.at(-1));
    if (page !== undefined) setPlace({ query, page, mark: by === 1 ? 0 : "last" });
  };
  useImperativeHandle(handle, () => ({ step }));

  useEffect(() => {
    if (marks.length > 0) frame.current?.querySelector(".page-mark.current")?.scrollIntoView({ block: "center", inline: "nearest" });
    else frame.current?.scrollTo({ top: 0 });
  }, [view, current, marks.length]);

  const handleKey = (event: KeyboardEvent) => {
    if (event.key !== "PageDown" && event.key !== "PageUp") return;
    event.preventDefault();
    turn(event.key === "PageDown" ? 1 : -1);
  };

  return (
    <div className="pages" onKeyDown={handleKey}>
      {view && view.png !== null ? (
        <div className="page-tools" role="toolbar" aria-label="Page">
          <IconButton label="Previous page" shortcut="PageUp" disabled={view.page === 0} onClick={() => { turn(-1); }}>
            <ChevronLeft size={16} aria-hidden />
          </IconButton>
          <span aria-live="polite">{`Page ${formatCount(view.page + 1)} of ${formatCount(view.pages)}`}</span>
          <IconButton label="Next page" shortcut="PageDown" disabled={view.page + 1 >= view.pages} onClick={() => { turn(1); }}>
            <ChevronRight size={16} aria-hidden />
          </IconButton>
          <IconButton label="Smaller" disabled={zoom === 0} onClick={() => { setZoom(zoom - 1); }}>
            <ZoomOut size={16} aria-hidden />
          </IconButton>
          <IconButton label="Larger" disabled={zoom === ZOOMS.length - 1} onClick={() => { setZoom(zoom + 1); }}>
            <ZoomIn size={16} aria-hidden />
          </IconButton>
          {marks.length > 0 || matching.length > 0 ? (
            <span className="hits">
              {marks.length > 0 ? `${formatCount(current + 1)} of ${formatCount(marks.length)} on this page` : "No match on this page"}
              <IconButton label="Previous match" shortcut="Shift+ArrowUp" onClick={() => { step(-1); }}>
                <ChevronUp size={16} aria-hidden />
              </IconButton>
              <IconButton label="Next match" shortcut="Shift+ArrowDown" onClick={() => { step(1); }}>
                <ChevronDown size={16} aria-hidden />
              </IconButton>
            </span>
          ) : null}
        </div>
      ) : null}
      <div ref={frame} className="page-frame" tabIndex={0} role="document" aria-label={`Pages of ${visibleLine(item.title)}`} aria-busy={asked.isFetching}>
        {view?.png ? (
          <figure className="paper" style={{ width: `${(ZOOMS[zoom] ?? 1) * 100}%`, aspectRatio: `${view.width} / ${view.height}` }}>
            <img src={source(view)} alt={`Page ${view.page + 1}`} draggable={false} />
            {marks.map(([left, top, wide, high], index) => (
              <span
                key={index}
                className={`page-mark ${index === current ? "current" : ""}`}
                style={{ left: share(left), top: share(top), width: share(wide), height: share(high) }}
              />
            ))}
          </figure>
        ) : view ? (
          <NoPage view={view} onStep={view.pages > 1 ? turn : null} />
        ) : asked.error ? (
          <ErrorBlank title="No pages" error={asked.error} onRetry={() => { void asked.refetch(); }} />
        ) : slow ? (
          <div className="page skeleton" style={{ aspectRatio: "210 / 297" }} />
        ) : null}
      </div>
    </div>
  );
}

function share(part: number): string {
  return `${(part / PARTS) * 100}%`;
}

function NoPage({ view, onStep }: { view: PreviewPageView; onStep: ((by: 1 | -1) => void) | null }) {
  return (
    <Blank icon={FileQuestionMark} title={view.pages > 0 ? `Page ${formatCount(view.page + 1)} of ${formatCount(view.pages)}` : "The pages cannot be shown"}>
      <p>{view.reason ?? "This page cannot be shown."}</p>
      {onStep ? (
        <div className="actions">
          <IconButton label="Previous page" onClick={() => { onStep(-1); }}>
            <ChevronLeft size={16} aria-hidden />
          </IconButton>
          <IconButton label="Next page" onClick={() => { onStep(1); }}>
            <ChevronRight size={16} aria-hidden />
          </IconButton>
        </div>
      ) : null}
    </Blank>
  );
}

/** A picture, no larger than it is and than there is room for; nothing where it cannot be shown but why. */
export function PictureView({ item }: { item: HitView }) {
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame, 1);
  const asked = usePage(item.id, null, width, "");
  const slow = useSlow(asked.isPending && width !== null);
  const view = asked.data;
  return (
    <div ref={frame} className="picture-frame">
      {view?.png ? (
        <img className="picture" src={source(view)} alt={visibleLine(item.title)} style={{ aspectRatio: `${view.width} / ${view.height}` }} draggable={false} />
      ) : view ? (
        <p className="faint">{view.reason ?? "This picture cannot be shown."}</p>
      ) : asked.error ? (
        <p className="faint">{asked.error.message}</p>
      ) : slow ? (
        <div className="picture skeleton" style={{ height: 200, width: "100%" }} />
      ) : null}
    </div>
  );
}
