import { useQuery } from "@tanstack/react-query";
import { Age } from "../../components/age";
import { ErrorBlank } from "../../components/blank";
import { keys } from "../../data/keys";
import { useSlow } from "../../data/wait";
import type { ConnectionView } from "../../platform";
import { usePlatform } from "../../platform/context";
import { countOf, formatSize } from "../../text/format";
import { visibleLine } from "../../text/visible";

/** Rows that are in sight at once; the core keeps more. */
const SHOWN = 20;

/** Every outgoing connection: where to, what for, when, how much. */
export function Connections() {
  const platform = usePlatform();
  const list = useQuery({ queryKey: keys.connections, queryFn: () => platform.connections() });
  const slow = useSlow(list.isPending);
  if (list.error && !list.data) return <ErrorBlank title="Atom cannot list its connections" error={list.error} onRetry={() => void list.refetch()} />;
  if (!list.data) return <div aria-busy="true">{slow ? <div className="skeleton" style={{ height: 40 }} /> : null}</div>;
  const { total, connections } = list.data;
  if (total === 0) return <p className="soft">Atom has never connected to anything.</p>;
  const shown = connections.slice(0, SHOWN);
  return (
    <>
      <ul className="connections" aria-label="Connections">
        {shown.map((connection) => (
          <li key={connection.id}>
            <span className="cut selectable" title={visibleLine(connection.host)}>
              {visibleLine(connection.host)}
            </span>
            <span className="cut soft" title={visibleLine(connection.reason)}>
              {visibleLine(connection.reason)}
            </span>
            <span className="soft">
              {traffic(connection)}, <Age ms={connection.at} />
            </span>
          </li>
        ))}
      </ul>
      {total > shown.length ? <p className="soft">{`And ${countOf(total - shown.length, "older one", "older ones")}.`}</p> : null}
    </>
  );
}

function traffic({ allowed, endedAt, sent, received }: ConnectionView): string {
  if (!allowed) return "Refused by the air gap";
  if (endedAt === null) return "Open, or cut off when Atom ended";
  return `${formatSize(sent)} out, ${formatSize(received)} in`;
}
