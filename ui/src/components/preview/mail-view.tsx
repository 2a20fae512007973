import { useMemo } from "react";
import { usePreview, useThread } from "../../data/preview";
import type { HitView } from "../../platform";
import { countOf, formatAbsolute } from "../../text/format";
import { hasHits, hitsOf, type Hits } from "../../text/hits";
import { messagesOf, type HeadLine, type Message } from "../../text/mail";
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
  const others = useThread(item).data ?? [];
  if (others.length === 0) return null;
  return (
    <section className="thread" aria-label="Conversation">
      <h3>{countOf(others.length, "other message in this conversation", "other messages in this conversation")}</h3>
      {others.map((other) => (
        <ThreadMessage key={other.id} item={other} />
      ))}
    </section>
  );
}

function ThreadMessage({ item }: { item: HitView }) {
  return (
    <details className="thread-message">
      <summary>
        <span className="cut">
          <Name text={item.title} />
        </span>
        <span className="faint">{formatAbsolute(item.modified)}</span>
      </summary>
      <ThreadText id={item.id} />
    </details>
  );
}

function ThreadText({ id }: { id: string }) {
  const view = usePreview(id, "", null).data;
  const hits = useMemo(() => hitsOf(view?.text ?? "", []), [view]);
  if (!view) return <p className="faint">…</p>;
  return view.text === "" ? <p className="faint">{view.reason ?? "There is no text in this message."}</p> : <Messages hits={hits} numbered={false} />;
}
