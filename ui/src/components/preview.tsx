import { ChevronDown, ChevronUp, Copy, ExternalLink, FileQuestionMark, FolderOpen } from "lucide-react";
import { useEffect, useImperativeHandle, useMemo, useRef, useState, type Ref } from "react";
import { usePreview } from "../data/queries";
import { useSlow } from "../data/wait";
import type { HitView, PreviewView } from "../platform";
import { countOf, formatAbsolute, formatCount, formatSize } from "../text/format";
import type { Range } from "../text/highlight";
import { visibleLine } from "../text/visible";
import { ErrorBlank, Blank } from "./blank";
import { Button, IconButton } from "./button";
import { kindLabel } from "./kind-icon";
import { Marked, Name } from "./name";
import { stateLabel } from "./state-badge";

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
}

export function Preview({ hit, query, onOpen, onReveal, onCopyPath, handle }: PreviewProps) {
  const preview = usePreview(hit.id, query);
  const slow = useSlow(preview.isPending);
  const view = preview.data;
  const text = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState<{ view: PreviewView | undefined; hit: number }>({ view: undefined, hit: 0 });
  const current = place.view === view ? place.hit : 0;
  const count = view?.highlights.length ?? 0;

  const step = (by: 1 | -1) => {
    if (count > 0) setPlace({ view, hit: (current + by + count) % count });
  };
  useImperativeHandle(handle, () => ({ step }));

  useEffect(() => {
    const mark = text.current?.querySelector(`mark[data-hit="${current}"]`);
    mark?.scrollIntoView({ block: "center" });
  }, [view, current]);

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
          {count > 0 ? (
            <span className="hits">
              {`${formatCount(current + 1)} of ${formatCount(count)}`}
              <IconButton
                label="Previous match"
                shortcut="Shift+ArrowUp"
                onClick={() => {
                  step(-1);
                }}
              >
                <ChevronUp size={16} aria-hidden />
              </IconButton>
              <IconButton
                label="Next match"
                shortcut="Shift+ArrowDown"
                onClick={() => {
                  step(1);
                }}
              >
                <ChevronDown size={16} aria-hidden />
              </IconButton>
            </span>
          ) : null}
        </div>
      </header>
      {view ? (
        <PreviewBody view={view} current={current} textRef={text} />
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
      <Why hit={hit} />
    </section>
  );
}

function Why({ hit }: { hit: HitView }) {
  const explain = hit.explain;
  if (!explain) return null;
  const reasons = [
    explain.wordsRank === null ? null : `no. ${formatCount(explain.wordsRank)} by words`,
    explain.meaningRank === null ? null : `no. ${formatCount(explain.meaningRank)} by meaning`,
    ...explain.boosts,
  ].filter((reason) => reason !== null);
  return reasons.length > 0 ? <footer className="preview-why">{`Found as ${reasons.map(visibleLine).join(", ")}`}</footer> : null;
}

function PreviewBody({ view, current, textRef }: { view: PreviewView; current: number; textRef: Ref<HTMLDivElement> }) {
  const blocks = useMemo(() => cutIntoBlocks(view.text, view.highlights), [view]);
  if (view.text === "") {
    return (
      <div className="preview-text">
        <Blank icon={FileQuestionMark} title={stateLabel("file", view.state)}>
          <p>{view.reason ?? "There is no text in this file. Its name is searchable."}</p>
        </Blank>
      </div>
    );
  }
  const isMono = view.kind === "code" || view.kind === "data";
  return (
    <div ref={textRef} className={`preview-text ${isMono ? "mono" : ""}`} tabIndex={0} role="document" aria-label={`Text of ${visibleLine(view.title)}`}>
      {view.textStart > 0 ? <p className="faint">{`${countOf(view.textStart, "character", "characters")} before this are left out.`}</p> : null}
      {blocks.map((block) => (
        <div key={block.start} className="block">
          <Marked text={block.text} highlights={block.highlights} where="text" firstHit={block.firstHit} current={current} />
        </div>
      ))}
      {view.truncated ? <p className="faint">The rest is left out. Open the file to read all of it.</p> : null}
    </div>
  );
}

interface Block {
  start: number;
  text: string;
  highlights: Range[];
  firstHit: number;
}

const BLOCK_LENGTH = 3_000;

/** Cuts a long text at line ends, so that the browser lays out only what is in sight. A highlight is never cut. */
export function cutIntoBlocks(text: string, highlights: readonly Range[]): Block[] {
  const sorted = [...highlights].filter(([start, end]) => end > start).sort((a, b) => a[0] - b[0]);
  const blocks: Block[] = [];
  let start = 0;
  let hit = 0;
  while (start < text.length) {
    const lineEnd = text.indexOf("\n", start + BLOCK_LENGTH);
    let end = lineEnd < 0 ? text.length : lineEnd + 1;
    const inside: Range[] = [];
    const firstHit = hit;
    for (let next = sorted[hit]; next && next[0] < end; next = sorted[hit]) {
      end = Math.max(end, Math.min(next[1], text.length));
      inside.push([next[0] - start, next[1] - start]);
      hit += 1;
    }
    // A block is a box of its own: the line end that closes it would show as an empty line.
    const shown = text.slice(start, end);
    blocks.push({ start, text: end < text.length && shown.endsWith("\n") ? shown.slice(0, -1) : shown, highlights: inside, firstHit });
    start = end;
  }
  return blocks;
}

function PreviewSkeleton() {
  return [92, 100, 84, 96, 60].map((width) => <div key={width} className="skeleton" style={{ width: `${width}%`, height: 12, marginBottom: 10 }} />);
}
