import { ChevronDown, ChevronUp, Copy, ExternalLink, FileQuestionMark, FolderOpen, List } from "lucide-react";
import { lazy, Suspense, useImperativeHandle, useMemo, useRef, useState, type ReactNode, type Ref } from "react";
import { usePassages, usePreview } from "../data/preview";
import { useSlow } from "../data/wait";
import type { HitView, PassageView, PreviewView } from "../platform";
import { languageOf } from "../text/code";
import { countOf, formatAbsolute, formatCount, formatSize } from "../text/format";
import { bytesOf, firstHitAfter, hitsOf, indexOfByte, type Hits } from "../text/hits";
import { dividerOf } from "../text/table";
import { visibleLine } from "../text/visible";
import { Blank, ErrorBlank } from "./blank";
import { Button, IconButton } from "./button";
import { kindLabel } from "./kind-icon";
import { Name } from "./name";
import { CodeView } from "./preview/code-view";
import { MailView } from "./preview/mail-view";
import { PagesView, PictureView } from "./preview/pages-view";
import { Passages } from "./preview/passages";
import { TableView } from "./preview/table-view";
import { TextView } from "./preview/text-view";
import { useCurrentMark } from "./preview/use-current-mark";
import { choose, extensionOf, firstLook, looksOf, type Look } from "./preview/views";
import { Segmented } from "./segmented";
import { stateLabel } from "./state-badge";

// The parser of Markdown is read when there is Markdown to show.
const MarkdownView = lazy(() => import("./preview/markdown-view"));

/** A text that is longer has its passages listed, in characters. */
const LONG = 8_000;
/** Bytes of text that the core shows at once; a little less where a character would be cut. */
const WINDOW = 200_000;
const WINDOW_AT_LEAST = WINDOW - 4;

export interface PreviewHandle {
  step: (by: 1 | -1) => void;
}

interface PreviewProps {
  hit: HitView;
  query: string;
  onOpen: () => void;
  onReveal: () => void;
  onCopyPath: () => void;
  handle?: Ref<PreviewHandle>;
  /** Stands below the text. */
  footer?: ReactNode;
}

export function Preview({ hit, query, onOpen, onReveal, onCopyPath, handle, footer = null }: PreviewProps) {
  const [from, setFrom] = useState<{ query: string; start: number | null }>({ query, start: null });
  // Another query begins around its own first match.
  const start = from.query === query ? from.start : null;
  const setStart = (next: number) => {
    setFrom({ query, start: next });
  };
  const preview = usePreview(hit.id, query, start);
  const slow = useSlow(preview.isPending);
  const view = preview.data;
  const hits = useMemo(() => hitsOf(view?.text ?? "", view?.highlights ?? []), [view]);
  const [look, setLook] = useState(() => firstLook(hit));
  const [place, setPlace] = useState<{ hits: Hits | null; hit: number }>({ hits: null, hit: 0 });
  const [listed, setListed] = useState(false);
  const [chosen, setChosen] = useState<number | null>(null);
  const pages = useRef<PreviewHandle>(null);
  const current = place.hits === hits ? place.hit : 0;
  const count = hits.ranges.length;
  const isLong = view !== undefined && count > 0 && (view.truncated || view.text.length > LONG);
  const passages = usePassages(hit.id, query, isLong).data;

  const step = (by: 1 | -1) => {
    if (look === "pages") pages.current?.step(by);
    else if (count > 0) setPlace({ hits, hit: (current + by + count) % count });
  };
  useImperativeHandle(handle, () => ({ step }));

  const take = (next: Look) => {
    choose(hit.kind, next);
    setLook(next);
  };
  const goTo = (passage: PassageView) => {
    setChosen(passage.start);
    if (look === "pages") setLook("text");
    if (!view) return;
    const offset = passage.start - view.textStart;
    if (offset >= 0 && offset < bytesOf(view.text)) setPlace({ hits, hit: Math.min(count - 1, firstHitAfter(hits, indexOfByte(view.text, offset))) });
    else setStart(passage.start);
  };

  return (
    <section className="preview" aria-label="Preview">
      <header className="preview-head">
        <h2>
          <Name text={hit.title} />
        </h2>
        <p className="facts">
          <span>{kindLabel(hit.kind)}</span>
          <span>{formatSize(hit.size)}</span>
          <span>{formatAbsolute(hit.modified)}</span>
        </p>
        <p className="path faint selectable">
          <Name text={hit.path} />
        </p>
        {hit.locations.map((place) => (
          <p key={place} className="path faint selectable">
            also <Name text={place} />
          </p>
        ))}
        <div className="preview-tools">
          <Button look="quiet" size="small" shortcut="Enter" onClick={onOpen} title={hit.archive === null ? "Open in its own program" : "Open the archive that it is in"}>
            <ExternalLink size={16} aria-hidden /> {hit.archive === null ? "Open" : "Open archive"}
          </Button>
          <Button look="quiet" size="small" shortcut="Mod+Enter" onClick={onReveal} title="Show in its folder">
            <FolderOpen size={16} aria-hidden /> Show in folder
          </Button>
          <Button look="quiet" size="small" shortcut="Mod+C" onClick={onCopyPath} title="Copy the path">
            <Copy size={16} aria-hidden /> Copy path
          </Button>
        </div>
        <ViewTools
          hit={hit}
          look={look}
          onLook={take}
          passages={passages && passages.total > 1 ? passages.total : 0}
          listed={listed}
          onList={() => {
            setListed(!listed);
          }}
          current={current}
          count={look === "pages" ? 0 : count}
          onStep={step}
        />
      </header>
      {listed && passages ? <Passages passages={passages.passages} total={passages.total} chosen={chosen} onChoose={goTo} /> : null}
      {look === "pages" ? (
        <PagesView item={hit} query={query} handle={pages} />
      ) : view ? (
        <PreviewBody item={hit} view={view} hits={hits} look={look} current={current} onStart={setStart} />
      ) : preview.error ? (
        <ErrorBlank
          title="No preview"
          error={preview.error}
          onRetry={() => {
            void preview.refetch();
          }}
        />
      ) : (
        <div className="preview-text" aria-busy="true">
          {slow ? <PreviewSkeleton /> : null}
        </div>
      )}
      {footer}
    </section>
  );
}

interface ViewToolsProps {
  hit: HitView;
  look: Look;
  onLook: (look: Look) => void;
  /** How many passages there are to be listed; 0 where that is of no use. */
  passages: number;
  listed: boolean;
  onList: () => void;
  current: number;
  count: number;
  onStep: (by: 1 | -1) => void;
}

/** How it is shown, where it matches, and steps from match to match. */
function ViewTools({ hit, look, onLook, passages, listed, onList, current, count, onStep }: ViewToolsProps) {
  const looks = looksOf(hit);
  if (looks.length < 2 && passages === 0 && count === 0) return null;
  return (
    <div className="view-tools">
      {looks.length > 1 ? <Segmented label="Show as" value={look} options={looks} onChange={onLook} /> : null}
      {passages > 0 ? (
        <Button look="quiet" size="small" aria-expanded={listed} onClick={onList} title="List the passages that match">
          <List size={16} aria-hidden /> {countOf(passages, "passage", "passages")}
        </Button>
      ) : null}
      {count > 0 ? (
        <span className="hits">
          {`${formatCount(current + 1)} of ${formatCount(count)}`}
          <IconButton
            label="Previous match"
            shortcut="Shift+ArrowUp"
            onClick={() => {
              onStep(-1);
            }}
          >
            <ChevronUp size={16} aria-hidden />
          </IconButton>
          <IconButton
            label="Next match"
            shortcut="Shift+ArrowDown"
            onClick={() => {
              onStep(1);
            }}
          >
            <ChevronDown size={16} aria-hidden />
          </IconButton>
        </span>
      ) : null}
    </div>
  );
}

interface BodyProps {
  item: HitView;
  view: PreviewView;
  hits: Hits;
  look: Look;
  current: number;
  onStart: (start: number) => void;
}

function PreviewBody({ item, view, hits, look, current, onStart }: BodyProps) {
  const text = useRef<HTMLDivElement>(null);
  const occasion = useMemo(() => ({ hits, look }), [hits, look]);
  useCurrentMark(text, current, occasion);
  const isPicture = item.kind === "image" && item.archive === null;
  if (view.text === "" && !isPicture) {
    return (
      <div className="preview-text">
        <Blank icon={FileQuestionMark} title={stateLabel("file", view.state)}>
          <p>{view.reason ?? "There is no text in this file. Its name is searchable."}</p>
        </Blank>
      </div>
    );
  }
  return (
    <div ref={text} className={`preview-text ${look === "table" ? "is-table" : ""}`} tabIndex={0} role="document" aria-label={`Text of ${visibleLine(view.title)}`}>
      {isPicture ? <PictureView item={item} /> : null}
      <Before view={view} onStart={onStart} />
      <Body item={item} view={view} hits={hits} look={look} />
      <After view={view} onStart={onStart} />
    </div>
  );
}

function Body({ item, view, hits, look }: { item: HitView; view: PreviewView; hits: Hits; look: Look }) {
  const extension = extensionOf(item.path);
  switch (look) {
    case "rendered":
      return (
        <Suspense fallback={<TextView hits={hits} mono={false} />}>
          <MarkdownView hits={hits} />
        </Suspense>
      );
    case "table":
      return <TableView hits={hits} divider={dividerOf(view.text, extension)} isSheet={extension !== "csv" && extension !== "tsv" && extension !== "tab"} />;
    case "message":
      return <MailView hits={hits} item={item} />;
    default:
      return view.kind === "code" || view.kind === "data" ? (
        <CodeView hits={hits} language={languageOf(item.path)} isWhole={view.textStart === 0} />
      ) : (
        <TextView hits={hits} mono={isWritten(item)} />
      );
  }
}

/** Whether its text is signs as well as words: those stand in letters of one width. */
function isWritten(item: HitView): boolean {
  const first = looksOf(item)[0]?.value;
  return first === "rendered" || first === "table";
}

function Before({ view, onStart }: { view: PreviewView; onStart: (start: number) => void }) {
  if (view.textStart === 0) return null;
  return (
    <p className="more-text faint">
      {`${formatSize(view.textStart)} of text before this is left out.`}
      <Button
        look="quiet"
        size="small"
        onClick={() => {
          onStart(Math.max(0, view.textStart - WINDOW));
        }}
      >
        Show what comes before
      </Button>
    </p>
  );
}

function After({ view, onStart }: { view: PreviewView; onStart: (start: number) => void }) {
  const shown = useMemo(() => bytesOf(view.text), [view]);
  const isCut = view.truncated && (view.textStart === 0 || shown >= WINDOW_AT_LEAST);
  if (!isCut) return null;
  return (
    <p className="more-text faint">
      The rest is left out.
      <Button
        look="quiet"
        size="small"
        onClick={() => {
          onStart(view.textStart + shown);
        }}
      >
        Show what comes after
      </Button>
    </p>
  );
}

function PreviewSkeleton() {
  return [92, 100, 84, 96, 60].map((width) => <div key={width} className="skeleton" style={{ width: `${width}%`, height: 12, marginBottom: 10 }} />);
}
