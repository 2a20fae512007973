import { X } from "lucide-react";
import { useState } from "react";
import { Age } from "../../components/age";
import { ErrorBlank, messageOf } from "../../components/blank";
import { Button, IconButton } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { Name } from "../../components/name";
import { useToast } from "../../components/toast";
import { useHistory, useHistoryChanges } from "../../data/personal";
import { navigate, routeToSearch } from "../../data/route";
import { useSlow } from "../../data/wait";
import { countOf } from "../../text/format";
import { visibleLine } from "../../text/visible";

/** As many as the core keeps, so that the count in the question is the true one. */
const ALL = 10_000;
/** So many are listed; a longer list is read by nobody. */
const SHOWN = 200;

/** Past searches, to search again, and to forget: one, or all. */
export function SearchHistory({ remembers }: { remembers: boolean }) {
  const history = useHistory(ALL);
  const changes = useHistoryChanges();
  const say = useToast();
  const slow = useSlow(history.isPending);
  const [isAsking, setAsking] = useState(false);
  if (history.error && !history.data) return <ErrorBlank title="Atom cannot list past searches" error={history.error} onRetry={() => void history.refetch()} />;
  if (!history.data) return <div aria-busy="true">{slow ? <div className="skeleton" style={{ height: 80, width: 320 }} /> : null}</div>;
  const all = history.data;
  if (all.length === 0) return <p className="soft">{remembers ? "No past searches." : "No past searches, and none are noted."}</p>;

  const forget = async (query: string | null, done: string) => {
    try {
      await changes.forget(query);
      say(done);
    } catch (error) {
      say(messageOf(error));
    }
  };
  const close = () => {
    setAsking(false);
  };
  const count = countOf(all.length, "past search", "past searches");
  return (
    <>
      <ul className="history" aria-label="Past searches">
        {all.slice(0, SHOWN).map((one) => (
          <li key={one.query}>
            <SearchLink query={one.query} />
            <span className="soft">
              <Age ms={one.at} />
            </span>
            <IconButton label={`Forget “${visibleLine(one.query)}”`} size="small" onClick={() => void forget(one.query, `“${visibleLine(one.query)}” forgotten`)}>
              <X size={14} aria-hidden />
            </IconButton>
          </li>
        ))}
      </ul>
      {all.length > SHOWN ? <p className="soft">{`And ${countOf(all.length - SHOWN, "older one", "older ones")}.`}</p> : null}
      <Button
        onClick={() => {
          setAsking(true);
        }}
      >
        Clear history…
      </Button>
      {isAsking ? (
        <Dialog title={`Forget ${count}?`} role="alertdialog" onClose={close}>
          <p>They are no longer offered while you type, and cannot be brought back. Saved searches and files stay as they are.</p>
          <div className="actions">
            <Button data-first onClick={close}>
              Keep them
            </Button>
            <Button
              look="danger"
              onClick={() => {
                close();
                void forget(null, `${count} forgotten`);
              }}
            >
              {`Forget ${count}`}
            </Button>
          </div>
        </Dialog>
      ) : null}
    </>
  );
}

/** A past search, to be made again. */
export function SearchLink({ query }: { query: string }) {
  const to = routeToSearch({ q: query });
  return (
    <a
      href={to}
      title={visibleLine(query)}
      onClick={(event) => {
        event.preventDefault();
        navigate(to);
      }}
    >
      <Name text={query} />
    </a>
  );
}
