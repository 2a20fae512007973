import { useMemo, useState, type ReactNode } from "react";
import { usePreview, useThread } from "../../data/preview";
import type { HitView } from "../../platform";
import { countOf, formatAbsolute } from "../../text/format";
import { hasHits, hitsOf, type Hits } from "../../text/hits";
import { messagesOf, threadOf, type HeadLine, type Message } from "../../text/mail";
import { messageOf } from "../blank";
import { Name } from "../name";
import { Piece } from "./piece";

export function MailView({ hits, item }: { hits: Hits; item: HitView }) {
  return (
    <>
      <Messages hits={hits} numbered />
      <Thread item={item} />
    </>
  );
}

function Messages({ hits, numbered }: { hits: Hits; numbered: boolean }) {
  const messages = useMemo(() => messagesOf(hits.text), [hits.text]);
  return messages.map((message, index) => <MessageView key={index} hits={hits} message={message} numbered={numbered} />);
}

function MessageView({ hits, message, numbered }: { hits: Hits; message: Message; numbered: boolean }) {
  return (
    <article className="message">
      {message.head.length > 0 ? (
        <dl className="message-head">
          {message.head.map((line) => (
            <div key={line.name}>
              <dt>{line.name}</dt>
              <dd>
                <HeadValue hits={hits} line={line} numbered={numbered} />
              </dd>
            </div>
          ))}
        </dl>
      ) : null}
      {message.parts.map(({ range: [start, end], isQuoted, lines }) =>
        isQuoted ? (
          <details key={start} className="quoted" open={hasHits(hits, start, end)}>
            <summary>{countOf(lines, "quoted line", "quoted lines")}</summary>
            <blockquote className="plain">
              <Piece hits={hits} start={start} end={end} numbered={numbered} />
            </blockquote>
          </details>
        ) : (
          <div key={start} className="plain">
            <Piece hits={hits} start={start} end={end} numbered={numbered} />
          </div>
        ),
      )}
    </article>
  );
}

function HeadValue({ hits, line: { name, value: [start, end] }, numbered }: { hits: Hits; line: HeadLine; numbered: boolean }) {
  const when = name === "Date" && !hasHits(hits, start, end) ? Date.parse(hits.text.slice(start, end)) : Number.NaN;
  if (!Number.isNaN(when)) return formatAbsolute(when);
  return <Piece hits={hits} start={start} end={end} numbered={numbered} />;
}

/** The other messages of the conversation, each to be read in its place. */
function Thread({ item }: { item: HitView }) {
  if (threadOf(item.title) === "") return null;
  return (
    <Unfold className="thread" summary="Conversation">
      <Others item={item} />
    </Unfold>
  );
}

/** Nothing in it is asked for before it was opened. */
function Unfold({ className, summary, children }: { className: string; summary: ReactNode; children: ReactNode }) {
  const [wasOpened, setOpened] = useState(false);
  return (
    <details
      className={className}
      onToggle={(event) => {
        if (event.currentTarget.open) setOpened(true);
      }}
    >
      <summary>{summary}</summary>
      {wasOpened ? children : null}
    </details>
  );
}

function Others({ item }: { item: HitView }) {
  const { data: others, error } = useThread(item);
  if (!others) return <p className="faint">{error ? messageOf(error) : "…"}</p>;
  return (
    <>
      <p className="faint">{others.length === 0 ? "No other message is in this conversation." : countOf(others.length, "other message in this conversation", "other messages in this conversation")}</p>
      {others.map((other) => (
        <ThreadMessage key={other.id} item={other} />
      ))}
    </>
  );
}

function ThreadMessage({ item }: { item: HitView }) {
  const summary = (
    <>
      <span className="cut">
        <Name text={item.title} />
      </span>
      <span className="faint">{formatAbsolute(item.modified)}</span>
    </>
  );
  return (
    <Unfold className="thread-message" summary={summary}>
      <ThreadText id={item.id} />
    </Unfold>
  );
}

function ThreadText({ id }: { id: string }) {
  const { data: view, error } = usePreview(id, "", null);
  const hits = useMemo(() => hitsOf(view?.text ?? "", []), [view]);
  if (!view) return <p className="faint">{error ? messageOf(error) : "…"}</p>;
  return view.text === "" ? <p className="faint">{view.reason ?? "There is no text in this message."}</p> : <Messages hits={hits} numbered={false} />;
}
