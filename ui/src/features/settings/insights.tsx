import { useState } from "react";
import { ErrorBlank, messageOf } from "../../components/blank";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { useToast } from "../../components/toast";
import { useHistoryChanges, useInsights } from "../../data/personal";
import { useNow, useSlow } from "../../data/wait";
import type { HistoryEntryView, InsightsView } from "../../platform";
import { countOf, formatCount, formatShare } from "../../text/format";
import { SearchLink } from "./search-history";
import { Spark } from "./spark";

const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const place = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
/** Rows of the lists. */
const SHOWN = 5;

/** How well search works: figures, thirty days, what was sought in vain and what most often. */
export function Insights({ remembers }: { remembers: boolean }) {
  const insights = useInsights();
  const slow = useSlow(insights.isPending);
  const now = useNow();
  if (insights.error && !insights.data) return <ErrorBlank title="Atom cannot read its figures" error={insights.error} onRetry={() => void insights.refetch()} />;
  const view = insights.data;
  if (!view) return <div aria-busy="true">{slow ? <div className="skeleton" style={{ height: 160, width: 320 }} /> : null}</div>;
  if (view.searches === 0) return <p className="soft">{remembers ? "Nothing is counted yet. Search a little, and figures appear here." : "Nothing is counted, because Atom remembers no searches."}</p>;
  return (
    <div className="insights">
      <Facts view={view} />
      <Spark days={view.days} now={now} />
      <div className="insights-lists">
        <Searches title="Sought in vain" searches={view.vain} none="Everything was found." />
        <Searches title="Sought most often" searches={view.frequent} none="" />
      </div>
      <Clear searches={view.searches} />
    </div>
  );
}

function Facts({ view }: { view: InsightsView }) {
  const facts: [string, string][] = [
    [view.since === null ? "searches" : `searches since ${day.format(view.since)}`, formatCount(view.searches)],
    ["led to something that you opened", formatShare(Math.min(view.opened, view.searches), view.searches)],
  ];
  if (view.medianRank !== null) facts.push(["usual place of what you opened", `no. ${place.format(view.medianRank)}`]);
  if (view.medianMs !== null && view.p95Ms !== null) facts.push([`usual time; 95 of 100 took at most ${milliseconds(view.p95Ms)}`, milliseconds(view.medianMs)]);
  return (
    <dl className="insights-facts">
      {facts.map(([what, figure]) => (
        <div key={what}>
          <dt>{what}</dt>
          <dd>{figure}</dd>
        </div>
      ))}
    </dl>
  );
}

function milliseconds(ms: number): string {
  return ms < 1 ? "under 1 ms" : `${formatCount(Math.round(ms))} ms`;
}

function Searches({ title, searches, none }: { title: string; searches: readonly HistoryEntryView[]; none: string }) {
  return (
    <section aria-label={title}>
      <h4>{title}</h4>
      {searches.length === 0 ? <p className="soft">{none}</p> : null}
      <ul className="insights-list">
        {searches.slice(0, SHOWN).map((one) => (
          <li key={one.query}>
            <SearchLink query={one.query} />
            <span className="soft" title={countOf(one.count, "time", "times")}>
              {`${formatCount(one.count)}×`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Clear({ searches }: { searches: number }) {
  const changes = useHistoryChanges();
  const say = useToast();
  const [isAsking, setAsking] = useState(false);
  const close = () => {
    setAsking(false);
  };
  const clear = async () => {
    close();
    try {
      await changes.clearInsights();
      say("Forgotten: searches, their times, and how often files were opened");
    } catch (error) {
      say(messageOf(error));
    }
  };
  return (
    <>
      <div>
        <Button
          onClick={() => {
            setAsking(true);
          }}
        >
          Clear insights…
        </Button>
      </div>
      {isAsking ? (
        <Dialog title={`Forget ${countOf(searches, "search", "searches")}?`} role="alertdialog" onClose={close}>
          <p>Atom forgets:</p>
          <ul className="plain-list">
            <li>{`${countOf(searches, "search", "searches")}: the words, when, and what was found`}</li>
            <li>how long each of them took</li>
            <li>how often each file was opened; what you open often no longer comes first</li>
          </ul>
          <p>It cannot be brought back. Files and saved searches stay as they are.</p>
          <div className="actions">
            <Button data-first onClick={close}>
              Keep it
            </Button>
            <Button look="danger" onClick={() => void clear()}>
              {`Forget ${countOf(searches, "search", "searches")}`}
            </Button>
          </div>
        </Dialog>
      ) : null}
    </>
  );
}
