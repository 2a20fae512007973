import { Fragment, useEffect, useMemo, useState, type ReactNode } from "react";
import { languageOf } from "../../text/code";
import type { Hits } from "../../text/hits";
import { frontMatterEnd, markdownNow, markdownOf, type MarkdownNode } from "../../text/markdown";
import { Colored, useTokens } from "./code-view";
import { Piece } from "./piece";
import { TextView } from "./text-view";

/** Markdown as it is meant: nothing is fetched, no address leads anywhere, HTML stays text. */
export default function MarkdownView({ hits }: { hits: Hits }) {
  const now = useMemo(() => markdownNow(hits.text), [hits.text]);
  const [found, setFound] = useState<{ text: string; blocks: MarkdownNode[] | null } | null>(null);
  useEffect(() => {
    if (now) return;
    let wanted = true;
    markdownOf(hits.text, () => wanted).then(
      (blocks) => {
        if (wanted) setFound({ text: hits.text, blocks });
      },
      () => {
        if (wanted) setFound({ text: hits.text, blocks: null });
      },
    );
    return () => {
      wanted = false;
    };
  }, [hits.text, now]);
  if (!now && found?.text !== hits.text) return null;
  const blocks = now ?? found?.blocks;
  if (!blocks) return <TextView hits={hits} mono={false} />;
  const front = frontMatterEnd(hits.text);
  return (
    <div className="markdown">
      {front > 0 ? (
        <pre className="front">
          <Piece hits={hits} start={4} end={Math.max(4, front - 5)} />
        </pre>
      ) : null}
      {blocks.map((block) => (
        <div key={block.start} className="md-block">
          <Block hits={hits} node={block} />
        </div>
      ))}
    </div>
  );
}

interface NodeProps {
  hits: Hits;
  node: MarkdownNode;
}

const HEADINGS: Readonly<Record<string, "h1" | "h2" | "h3" | "h4" | "h5" | "h6">> = {
  ATXHeading1: "h1",
  ATXHeading2: "h2",
  ATXHeading3: "h3",
  ATXHeading4: "h4",
  ATXHeading5: "h5",
  ATXHeading6: "h6",
  SetextHeading1: "h1",
  SetextHeading2: "h2",
};
/** Signs that say how something is meant, and are not shown. */
const SIGNS: ReadonlySet<string> = new Set(["HeaderMark", "EmphasisMark", "StrikethroughMark", "CodeMark", "QuoteMark", "LinkMark", "ListMark", "TableDelimiter"]);
const RAW: ReadonlySet<string> = new Set(["HTMLBlock", "CommentBlock", "ProcessingInstructionBlock"]);

function Blocks({ hits, nodes }: { hits: Hits; nodes: readonly MarkdownNode[] }) {
  return nodes.filter((node) => !SIGNS.has(node.name)).map((node) => <Block key={node.start} hits={hits} node={node} />);
}

function Block({ hits, node }: NodeProps): ReactNode {
  const heading = HEADINGS[node.name];
  if (heading) {
    // The page has headings of its own: these are of the document.
    return (
      <div role="heading" aria-level={Math.min(6, Number(heading[1]) + 2)} className={`md-${heading}`}>
        <Inline hits={hits} node={node} />
      </div>
    );
  }
  if (RAW.has(node.name)) {
    return (
      <pre className="raw">
        <Piece hits={hits} start={node.start} end={node.end} />
      </pre>
    );
  }
  switch (node.name) {
    case "Paragraph":
      return (
        <p>
          <Inline hits={hits} node={node} />
        </p>
      );
    case "Blockquote":
      return (
        <blockquote>
          <Blocks hits={hits} nodes={node.children} />
        </blockquote>
      );
    case "BulletList":
      return (
        <ul>
          <Blocks hits={hits} nodes={node.children} />
        </ul>
      );
    case "OrderedList":
      return (
        <ol start={firstNumber(hits, node)}>
          <Blocks hits={hits} nodes={node.children} />
        </ol>
      );
    case "ListItem":
      return node.children.length === 0 ? (
        <li>
          <Piece hits={hits} start={node.start} end={node.end} />
        </li>
      ) : (
        <li className={node.children.some((child) => child.name === "Task") ? "task" : undefined}>
          <Blocks hits={hits} nodes={node.children} />
        </li>
      );
    case "Task":
      return (
        <p>
          <Inline hits={hits} node={node} />
        </p>
      );
    case "FencedCode":
    case "CodeBlock":
      return <CodeBlock hits={hits} node={node} />;
    case "HorizontalRule":
      return <hr />;
    case "Table":
      return <MarkdownTable hits={hits} node={node} />;
    default:
      return (
        <p>
          <Piece hits={hits} start={node.start} end={node.end} />
        </p>
      );
  }
}

function firstNumber(hits: Hits, list: MarkdownNode): number | undefined {
  const mark = list.children[0]?.children.find((child) => child.name === "ListMark");
  const number = mark ? Number.parseInt(hits.text.slice(mark.start, mark.end), 10) : Number.NaN;
  return Number.isSafeInteger(number) ? number : undefined;
}

function CodeBlock({ hits, node }: NodeProps) {
  const lines = node.children.filter((child) => child.name === "CodeText");
  const info = node.children.find((child) => child.name === "CodeInfo");
  const start = lines[0]?.start ?? node.end;
  const end = lines.at(-1)?.end ?? node.end;
  const language = info ? languageOf(hits.text.slice(info.start, info.end)) : null;
  // In a quotation the signs of that stand between the lines: it is shown line by line, without colours.
  const isWhole = lines.length === 1;
  const code = isWhole ? hits.text.slice(start, end) : "";
  const tokens = useTokens(code, isWhole ? language : null);
  return (
    <pre>
      <code>
        {isWhole ? <Colored hits={hits} range={[start, end]} tokens={tokens} base={start} /> : lines.map((line) => <Piece key={line.start} hits={hits} start={line.start} end={line.end} />)}
      </code>
    </pre>
  );
}

/** Rows of a table that are shown; the text has all of them. */
const MAX_ROWS = 500;

function MarkdownTable({ hits, node }: NodeProps) {
  const head = node.children.find((child) => child.name === "TableHeader");
  const rows = node.children.filter((child) => child.name === "TableRow").slice(0, MAX_ROWS);
  const cells = (row: MarkdownNode) => row.children.filter((child) => child.name === "TableCell");
  return (
    <div className="sheet" role="group" aria-label="Table" tabIndex={0}>
      <table>
        {head ? (
          <thead>
            <tr>
              {cells(head).map((cell) => (
                <th key={cell.start} scope="col">
                  <Inline hits={hits} node={cell} />
                </th>
              ))}
            </tr>
          </thead>
        ) : null}
        <tbody>
          {rows.map((row) => (
            <tr key={row.start}>
              {cells(row).map((cell) => (
                <td key={cell.start}>
                  <Inline hits={hits} node={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The words of a node, with what is said of them, and the characters between them. */
function Inline({ hits, node, from = node.start, to = node.end }: NodeProps & { from?: number; to?: number }) {
  const parts: ReactNode[] = [];
  let at = from;
  for (const child of node.children) {
    if (child.start < at || child.start >= to) continue;
    if (child.start > at) parts.push(<Piece key={at} hits={hits} start={at} end={child.start} />);
    if (!SIGNS.has(child.name)) parts.push(<Words key={`n${child.start}`} hits={hits} node={child} />);
    at = child.end;
  }
  if (at < to) parts.push(<Piece key={at} hits={hits} start={at} end={to} />);
  return <>{parts}</>;
}

function Words({ hits, node }: NodeProps): ReactNode {
  const inline = <Inline hits={hits} node={node} />;
  switch (node.name) {
    case "Emphasis":
      return <em>{inline}</em>;
    case "StrongEmphasis":
      return <strong>{inline}</strong>;
    case "Strikethrough":
      return <del>{inline}</del>;
    case "InlineCode":
      return <code>{inline}</code>;
    case "HardBreak":
      return <br />;
    case "Escape":
      return <Piece hits={hits} start={node.start + 1} end={node.end} />;
    case "TaskMarker":
      return <span className="task-mark">{/x/i.test(hits.text.slice(node.start, node.end)) ? "☑ " : "☐ "}</span>;
    case "Link":
    case "Image":
      return <Link hits={hits} node={node} />;
    case "URL":
    case "Autolink":
      return <span className="md-address">{inline}</span>;
    case "Paragraph":
      return inline;
    default:
      // HTML and whatever else there may be, as it is written.
      return <Piece hits={hits} start={node.start} end={node.end} />;
  }
}

/** The words of a link and its address, both as text: nobody is led anywhere by what a file says. */
function Link({ hits, node }: NodeProps) {
  const marks = node.children.filter((child) => child.name === "LinkMark");
  const [open, close] = marks;
  if (!open || !close) return <Piece hits={hits} start={node.start} end={node.end} />;
  const rest = node.children.filter((child) => child.start >= close.end && !SIGNS.has(child.name));
  return (
    <>
      {node.name === "Image" ? <span className="faint">Picture: </span> : null}
      <span className="md-link">
        <Inline hits={hits} node={node} from={open.end} to={close.start} />
      </span>
      {rest.map((part) => (
        <Fragment key={part.start}>
          {" "}
          <span className="md-address">
            <Piece hits={hits} start={part.start} end={part.end} />
          </span>
        </Fragment>
      ))}
    </>
  );
}
