import { useNow } from "../data/wait";
import { formatAbsolute, formatAge } from "../text/format";

/** A relative time with the absolute one in its tooltip. */
export function Age({ ms }: { ms: number }) {
  const now = useNow();
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return null;
  return (
    <time dateTime={date.toISOString()} title={formatAbsolute(ms)}>
      {formatAge(ms, now)}
    </time>
  );
}
