import { countOf } from "../../text/format";

const DAY_MS = 86_400_000;
const HEIGHT = 44;
const STEP = 10;
const GAP = 2;
/** A day without a search is a line, not nothing. */
const LEAST = 2;
const date = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

/** Searches a day, oldest first and today last. */
export function Spark({ days, now }: { days: readonly number[]; now: number }) {
  const most = Math.max(1, ...days);
  const dayOf = (index: number) => date.format(now - (days.length - 1 - index) * DAY_MS);
  return (
    <figure>
      <svg className="spark" viewBox={`0 0 ${days.length * STEP - GAP} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={inWords(days, dayOf)}>
        {days.map((count, index) => {
          const height = count === 0 ? LEAST : Math.max(LEAST * 2, (count / most) * HEIGHT);
          return (
            <rect key={index} className={count > 0 ? "some" : ""} x={index * STEP} y={HEIGHT - height} width={STEP - GAP} height={height}>
              <title>{`${dayOf(index)}: ${countOf(count, "search", "searches")}`}</title>
            </rect>
          );
        })}
      </svg>
      <figcaption className="spark-ends" aria-hidden>
        <span>{dayOf(0)}</span>
        <span>{`at most ${countOf(Math.max(0, ...days), "search", "searches")} a day`}</span>
        <span>today</span>
      </figcaption>
    </figure>
  );
}

/** What the bars show, for those who do not see them. */
export function inWords(days: readonly number[], dayOf: (index: number) => string): string {
  const all = days.reduce((sum, count) => sum + count, 0);
  const most = Math.max(0, ...days);
  const start = `Searches a day in the last ${days.length} days: ${all} in all`;
  if (all === 0) return start;
  const without = days.filter((count) => count === 0).length;
  return `${start}, most on ${dayOf(days.indexOf(most))} with ${most}, none on ${countOf(without, "day", "days")}`;
}
