import { Copy } from "lucide-react";
import { useId, useState } from "react";
import { Banner } from "../../components/banner";
import { messageOf } from "../../components/blank";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { Name, Pieces } from "../../components/name";
import { Segmented } from "../../components/segmented";
import { useClientChanges } from "../../data/clients";
import { useSources } from "../../data/queries";
import { useSlow } from "../../data/wait";
import type { ClientAddResponse, SourceView } from "../../platform";
import { usePlatform } from "../../platform/context";
import { visibleLine } from "../../text/visible";
import { Actions, Form, useAttempt } from "./security-dialogs";

type Extent = "some" | "all";

const EXTENTS: readonly { value: Extent; label: string }[] = [
  { value: "some", label: "Some folders" },
  { value: "all", label: "All folders" },
];

/** Lets a program ask, then shows its token. The token lives here for as long as it is shown, and nowhere else. */
export function AddProgram({ onClose }: { onClose: () => void }) {
  const [added, setAdded] = useState<ClientAddResponse | null>(null);
  return added === null ? <Ask onClose={onClose} onAdded={setAdded} /> : <Token added={added} onClose={onClose} />;
}

function Ask({ onClose, onAdded }: { onClose: () => void; onAdded: (added: ClientAddResponse) => void }) {
  const changes = useClientChanges();
  const folders = useSources().data?.filter((source) => source.state !== "removing");
  const [name, setName] = useState("");
  const [extent, setExtent] = useState<Extent>("some");
  const [picked, setPicked] = useState<readonly string[]>([]);
  const { busy, error, attempt } = useAttempt();
  const id = useId();

  const all = extent === "all";
  // A folder may be gone since it was picked.
  const sources = all ? [] : (folders ?? []).filter((folder) => picked.includes(folder.id)).map((folder) => folder.id);
  const ready = name.trim() !== "" && (all || sources.length > 0);
  const submit = () => {
    if (ready && !busy) void attempt(() => changes.add({ name: name.trim(), all, sources }), onAdded);
  };
  // Leaving now would lose a token that is on its way.
  const close = () => {
    if (!busy) onClose();
  };

  return (
    <Dialog title="Add a program" onClose={close}>
      <Form label="Add a program" onSubmit={submit}>
        <div className="form-field">
          <label htmlFor={id}>Name</label>
          <input
            id={id}
            className="field"
            type="text"
            autoComplete="off"
            spellCheck={false}
            aria-describedby={`${id}-note`}
            value={name}
            onChange={(event) => {
              setName(event.target.value);
            }}
          />
          <span id={`${id}-note`} className="soft">
            What this list and the activity log call it.
          </span>
        </div>
        <p className="soft">What may it search and read? No more than it needs: what it reads, it can pass on.</p>
        <div>
          <Segmented label="What it may search and read" value={extent} options={EXTENTS} onChange={setExtent} />
        </div>
        {all ? <p>It sees every folder of Atom, also those that you add later.</p> : <Folders folders={folders} picked={picked} onPick={setPicked} />}
        {error ? <Banner look="bad">{error}</Banner> : null}
        <Actions busy={busy} ready={ready} submit="Add the program" onClose={close} />
      </Form>
    </Dialog>
  );
}

interface FoldersProps {
  folders: readonly SourceView[] | undefined;
  picked: readonly string[];
  onPick: (picked: readonly string[]) => void;
}

/** The folders, none of them chosen beforehand. */
function Folders({ folders, picked, onPick }: FoldersProps) {
  const { error, isPending, refetch } = useSources();
  const slow = useSlow(isPending);
  if (folders === undefined) {
    if (!error) return <div aria-busy="true">{slow ? <div className="skeleton" style={{ height: 60 }} /> : null}</div>;
    return (
      <Banner look="bad" action={<Button size="small" onClick={() => void refetch()}>Try again</Button>}>
        {messageOf(error)}
      </Banner>
    );
  }
  if (folders.length === 0) return <p>Atom searches no folder yet. Add one in Sources first, or choose all folders: the program then sees each that you add.</p>;
  return (
    <div role="group" aria-label="Folders that it sees" className="program-folders">
      {folders.map(({ id, path }) => (
        <label key={id} className="check">
          <input
            type="checkbox"
            checked={picked.includes(id)}
            onChange={(event) => {
              onPick(event.target.checked ? [...picked, id] : picked.filter((other) => other !== id));
            }}
          />
          <Name text={path} />
        </label>
      ))}
    </div>
  );
}

/** What assistants take to start `atom mcp`. */
function configurationOf({ command: [command, ...args], token }: ClientAddResponse): string {
  return JSON.stringify({ mcpServers: { atom: { command, args, env: { ATOM_TOKEN: token } } } }, null, 2);
}

/** Shows the token, once. */
function Token({ added, onClose }: { added: ClientAddResponse; onClose: () => void }) {
  const platform = usePlatform();
  const [copied, setCopied] = useState<{ message: string; failed: boolean } | null>(null);
  const configuration = configurationOf(added);
  const copy = async (text: string, what: string) => {
    try {
      await platform.copyText(text);
      setCopied({ message: `${what} copied. Paste it where the program takes it, then copy something else over it.`, failed: false });
    } catch (error) {
      setCopied({ message: messageOf(error), failed: true });
    }
  };
  return (
    <Dialog title={`“${visibleLine(added.client.name)}” may ask now`} wide onClose={onClose}>
      <div className="form">
        <p>
          With this token. It is shown only now, and Atom keeps no copy: when it is lost, remove the program and add it again. Whoever has it sees what this program sees.
        </p>
        <code className="program-secret selectable">{added.token}</code>
        <div>
          <Button onClick={() => void copy(added.token, "The token is")}>
            <Copy size={16} aria-hidden /> Copy token
          </Button>
        </div>
        <p>An assistant that speaks MCP takes it with this configuration.</p>
        <pre className="program-secret selectable">
          <Pieces text={configuration} where="text" />
        </pre>
        <div>
          <Button onClick={() => void copy(configuration, "The configuration is")}>
            <Copy size={16} aria-hidden /> Copy configuration
          </Button>
        </div>
        {copied ? <Banner look={copied.failed ? "bad" : "info"}>{copied.message}</Banner> : null}
        <div className="form-actions">
          <Button look="main" onClick={onClose}>
            Done
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
