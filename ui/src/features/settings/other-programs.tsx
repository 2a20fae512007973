import { useRef, useState } from "react";
import { Age } from "../../components/age";
import { ErrorBlank, messageOf } from "../../components/blank";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { Name } from "../../components/name";
import { useToast } from "../../components/toast";
import { useClientChanges, useClients } from "../../data/clients";
import { useSlow } from "../../data/wait";
import type { ClientView } from "../../platform";
import { visibleLine } from "../../text/visible";
import { AddProgram } from "./add-program";

/** Programs that may ask: what each of them sees, when it last asked, and how it is let no longer. */
export function OtherPrograms() {
  const clients = useClients();
  const changes = useClientChanges();
  const say = useToast();
  const slow = useSlow(clients.isPending);
  const adder = useRef<HTMLDivElement>(null);
  const [isAdding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<ClientView | null>(null);
  if (clients.error && !clients.data) return <ErrorBlank title="Atom cannot list other programs" error={clients.error} onRetry={() => void clients.refetch()} />;
  if (!clients.data) return <div aria-busy="true">{slow ? <div className="skeleton" style={{ height: 80, width: 320 }} /> : null}</div>;

  const remove = async ({ id, name }: ClientView) => {
    try {
      await changes.remove(id);
      // Its own button goes with it.
      adder.current?.querySelector("button")?.focus();
      say(`“${visibleLine(name)}” may ask no longer`);
    } catch (error) {
      say(messageOf(error));
    }
  };
  const close = () => {
    setAdding(false);
    setRemoving(null);
  };
  return (
    <>
      {clients.data.length === 0 ? (
        <p className="soft">No program may ask, and until you add one Atom answers none. Each that you add sees the folders that you choose for it, and nothing else.</p>
      ) : (
        <ul className="clients" aria-label="Programs that may ask">
          {clients.data.map((client) => (
            <li key={client.id}>
              <div className="clients-about">
                <strong>
                  <Name text={client.name} />
                </strong>
                <Sees client={client} />
                <span className="soft">
                  Added <Age ms={client.createdAt} />, {client.usedAt === null ? "never asked" : <>asked last <Age ms={client.usedAt} /></>}
                </span>
              </div>
              <Button
                size="small"
                aria-label={`Remove ${visibleLine(client.name)}`}
                onClick={() => {
                  setRemoving(client);
                }}
              >
                Remove…
              </Button>
            </li>
          ))}
        </ul>
      )}
      <div ref={adder}>
        <Button
          onClick={() => {
            setAdding(true);
          }}
        >
          Add a program…
        </Button>
      </div>
      {isAdding ? <AddProgram onClose={close} /> : null}
      {removing ? (
        <Dialog title={`Remove “${visibleLine(removing.name)}”?`} role="alertdialog" onClose={close}>
          <p>It is refused at its next question, and its token never counts again. To let it ask later, add it again: it gets a new token.</p>
          <div className="actions">
            <Button data-first onClick={close}>
              Keep it
            </Button>
            <Button
              look="danger"
              onClick={() => {
                close();
                void remove(removing);
              }}
            >
              Remove the program
            </Button>
          </div>
        </Dialog>
      ) : null}
    </>
  );
}

function Sees({ client }: { client: ClientView }) {
  if (client.all) return <span>Sees all folders, also those that you add later</span>;
  if (client.sources.length === 0) return <span>Sees nothing: its folders were removed</span>;
  return (
    <ul aria-label="Folders that it sees">
      {client.sources.map((path) => (
        <li key={path} className="selectable">
          <Name text={path} />
        </li>
      ))}
    </ul>
  );
}
