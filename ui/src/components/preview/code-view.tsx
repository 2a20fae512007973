import { memo, useEffect, useMemo, useRef, useState } from "react";
import { tokensOf, type Token } from "../../text/code";
import type { Range } from "../../text/highlight";
import type { Hits } from "../../text/hits";
import { lineBlocksOf, type LineBlock } from "./blocks";
import { Piece } from "./piece";

/** What the words of a text are; none until that is known. */
export function useTokens(text: string, language: string | null): readonly Token[] {
  const [found, setFound] = useState<{ text: string; tokens: readonly Token[] }>({ text: "", tokens: NONE });
  useEffect(() => {
    if (language === null || text === "") return;
    let wanted = true;
    const look = async () => {
      const tokens = await tokensOf(text, language, () => wanted);
      if (wanted) setFound({ text, tokens });
    };
    // Without its colours a text is as good.
    look().catch(() => undefined);
    return () => {
      wanted = false;
    };
  }, [text, language]);
  return found.text === text ? found.tokens : NONE;
}

const NONE: readonly Token[] = [];

/** Number of the first word that ends after a place. */
function firstTokenAfter(tokens: readonly Token[], place: number): number {
  let low = 0;
  let high = tokens.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tokens[middle]?.end ?? 0) > place) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Characters in the colours of what they are. Places of `tokens` are counted from `base`. */
export function Colored({ hits, range: [start, end], tokens, base = 0 }: { hits: Hits; range: Range; tokens: readonly Token[]; base?: number }) {
  const parts = [];
  let from = start;
  for (let at = firstTokenAfter(tokens, start - base); from < end; at += 1) {
    const token = tokens[at];
    if (!token || token.start + base >= end) break;
    const first = Math.max(from, token.start + base);
    const last = Math.min(end, token.end + base);
    if (first > from) parts.push(<Piece key={from} hits={hits} start={from} end={first} />);
    parts.push(
      <span key={`t${first}`} className={token.look}>
        <Piece hits={hits} start={first} end={last} />
      </span>,
    );
    from = last;
  }
  if (from < end) parts.push(<Piece key={from} hits={hits} start={from} end={end} />);
  return parts;
}

/** True once an element was near the part of the page that is in sight. */
function useSeen() {
  const ref = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState(typeof IntersectionObserver === "undefined");
  useEffect(() => {
    const element = ref.current;
    if (seen || !element) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) setSeen(true);
      },
      { rootMargin: "800px" },
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, [seen]);
  return { ref, seen };
}

/** Some lines with their numbers. Those out of sight wait for their colours. */
const Lines = memo(function Lines({ hits, block, tokens }: { hits: Hits; block: LineBlock; tokens: readonly Token[] }) {
  const { ref, seen } = useSeen();
  return (
    <div ref={ref} className="code-block" style={{ containIntrinsicSize: `auto ${block.lines.length * 20}px` }}>
      {block.lines.map(([start, end], index) => (
        <div key={start} className="code-line">
          <span className="code-number" aria-hidden>
            {block.first + index + 1}
          </span>
          <code>
            <Colored hits={hits} range={[start, end]} tokens={seen ? tokens : NONE} />
            {"\n"}
          </code>
        </div>
      ))}
    </div>
  );
});

export function CodeView({ hits, language, isWhole }: { hits: Hits; language: string | null; isWhole: boolean }) {
  const tokens = useTokens(hits.text, language);
  const blocks = useMemo(() => lineBlocksOf(hits.text), [hits.text]);
  // Of a part of a file nobody knows which lines they are.
  return (
    <div className={`mono code-view ${isWhole ? "numbered" : ""}`}>
      {blocks.map((block) => (
        <Lines key={block.first} hits={hits} block={block} tokens={tokens} />
      ))}
    </div>
  );
}
