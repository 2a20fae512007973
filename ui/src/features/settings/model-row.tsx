import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useId, useState, type SyntheticEvent } from "react";
import { Banner } from "../../components/banner";
import { ErrorBlank, messageOf } from "../../components/blank";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { FolderField } from "../../components/folder-field";
import { ProgressBar } from "../../components/progress-bar";
import { useToast } from "../../components/toast";
import { keys } from "../../data/keys";
import { useStatus } from "../../data/queries";
import { useSlow } from "../../data/wait";
import { CommandError, type ModelChangeView, type ModelDownloadView, type ModelEntryView, type ModelsView } from "../../platform";
import { usePlatform } from "../../platform/context";
import { countOf, formatDuration, formatSize, sentence } from "../../text/format";
import { visibleLine } from "../../text/visible";

/** How often a running download is asked how far it is, in milliseconds. */
const RUNNING_MS = 500;

/** The models that searching by meaning may go by, the change to another one, and bringing one in. */
export function ModelControls() {
  const platform = usePlatform();
  const client = useQueryClient();
  const say = useToast();
  const status = useStatus().data;
  const list = useQuery({
    queryKey: keys.models,
    queryFn: () => platform.models(),
    refetchInterval: (query) => (query.state.data?.download?.state === "running" ? RUNNING_MS : false),
  });
  const slow = useSlow(list.isPending);
  // Asked again whenever another model answers or comes.
  const [inUse, coming] = [status?.model.id, status?.model.change?.id];
  useEffect(() => {
    void client.invalidateQueries({ queryKey: keys.models });
  }, [client, inUse, coming]);
  const [failed, setFailed] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [asks, setAsks] = useState<"import" | ModelEntryView | null>(null);
  const [metered, setMetered] = useState<ModelEntryView | null>(null);

  if (list.error && !list.data) return <ErrorBlank title="Atom cannot list the models" error={list.error} onRetry={() => void list.refetch()} />;
  if (!list.data) return <div aria-busy="true">{slow ? <div className="skeleton" style={{ height: 80 }} /> : null}</div>;
  const { models, download: fetching } = list.data;
  const change = status?.model.change ?? list.data.change;

  const run = async (work: () => Promise<ModelsView>, effect: string, onError: (error: unknown) => boolean = () => false) => {
    setFailed(null);
    setBusy(true);
    try {
      client.setQueryData(keys.models, await work());
      void client.invalidateQueries({ queryKey: keys.status });
      say(effect);
    } catch (error) {
      if (!onError(error)) setFailed(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  const close = () => {
    setAsks(null);
  };
  const download = (model: ModelEntryView, overMetered: boolean) =>
    run(
      () => platform.downloadModel(model.id, overMetered),
      "The model is being downloaded",
      (error) => {
        const asksAgain = error instanceof CommandError && error.code === "network-metered";
        if (asksAgain) setMetered(model);
        return asksAgain;
      },
    );
  return (
    <>
      <ul className="models" aria-label="Models">
        {models.map((model) => (
          <li key={model.id}>
            <div className="models-about">
              <strong className="selectable">{visibleLine(model.name)}</strong>
              <span className="soft">{about(model)}</span>
            </div>
            <ModelState
              model={model}
              busy={busy || fetching?.state === "running"}
              onAsk={() => {
                setAsks(model);
              }}
              onRemove={() => void run(() => platform.removeModel(model.id), `${model.name} was removed`)}
            />
          </li>
        ))}
      </ul>
      {change === null ? null : <Changing change={change} paused={status?.paused ?? false} onCancel={() => void run(() => platform.cancelModel(), "The present model stays")} />}
      {fetching === null ? null : <Downloading download={fetching} onCancel={() => void run(() => platform.cancelModelDownload(), "The download was stopped")} />}
      {failed === null ? null : <Banner look="bad">{failed}</Banner>}
      <div className="settings-apply">
        <Button
          disabled={busy}
          onClick={() => {
            setAsks("import");
          }}
        >
          Bring in a model…
        </Button>
      </div>
      {asks === "import" ? (
        <AskFolder
          onClose={close}
          onDone={(view) => {
            client.setQueryData(keys.models, view);
            say("The model is here. Use it when you like");
            close();
          }}
        />
      ) : null}
      {asks !== null && asks !== "import" && asks.state === "available" ? (
        <AskFirst
          title={`Download ${visibleLine(asks.name)}?`}
          yes="Download"
          onClose={close}
          onYes={() => void download(asks, false)}
        >
          <p>{`Atom connects to the hub where the makers publish it, for ${formatSize(asks.downloadBytes ?? 0)}, and checks every file against a checksum that it knows.`}</p>
          <p>The hub learns the address of this computer and which model you want, and nothing else. The connection is listed under Network.</p>
        </AskFirst>
      ) : null}
      {metered === null ? null : (
        <AskFirst
          title="Download over a metered network?"
          yes="Download all the same"
          onClose={() => {
            setMetered(null);
          }}
          onYes={() => void download(metered, true)}
        >
          <p>{`The system says that this network is metered, as a phone's is: what goes through it may cost money. The model has ${formatSize(metered.downloadBytes ?? 0)}.`}</p>
        </AskFirst>
      )}
      {asks !== null && asks !== "import" && asks.state !== "available" ? (
        <AskFirst
          title={`Use ${visibleLine(asks.name)}?`}
          yes="Use this model"
          onClose={close}
          onYes={() => void run(() => platform.takeModel(asks.id), "The vectors of the new model are being made")}
        >
          <p>{`Every passage gets a new vector by this model${status ? `: ${countOf(status.chunks, "passage", "passages")}` : ""}. It takes about as long as the first time.`}</p>
          {status && status.vectors * 4 < status.chunks ? (
            <p>The present model has hardly begun, so the new one begins at once; what it has come to is found by meaning, everything by words.</p>
          ) : (
            <p>Until then the present model answers, and new files are found as ever. You can go back at any time.</p>
          )}
        </AskFirst>
      ) : null}
    </>
  );
}

function about({ languages, bytes, state, repository }: ModelEntryView): string {
  const facts = [languages === null ? "Languages unknown" : `${languages[0]?.toUpperCase() ?? ""}${languages.slice(1)}`];
  if (bytes !== null) facts.push(formatSize(bytes));
  if (state === "available" && repository !== null) facts.push(`published as ${visibleLine(repository)}`);
  return facts.join(", ");
}

interface ModelStateProps {
  model: ModelEntryView;
  busy: boolean;
  onAsk: () => void;
  onRemove: () => void;
}

function ModelState({ model, busy, onAsk, onRemove }: ModelStateProps) {
  switch (model.state) {
    case "in-use":
      return <span className="badge good">In use</span>;
    case "coming":
      return <span className="badge busy">Coming</span>;
    case "missing":
      return <span className="badge bad">Not here</span>;
    case "available":
      return model.downloadBytes === null ? (
        <span className="badge">To be brought in</span>
      ) : (
        <Button size="small" disabled={busy} aria-label={`Download ${model.name}`} onClick={onAsk}>
          {`Download, ${formatSize(model.downloadBytes)}`}
        </Button>
      );
    default:
      return (
        <span className="models-buttons">
          <Button size="small" disabled={busy} aria-label={`Use ${model.name}`} onClick={onAsk}>
            Use
          </Button>
          {model.builtIn ? null : (
            <Button size="small" disabled={busy} aria-label={`Remove ${model.name}`} onClick={onRemove}>
              Remove
            </Button>
          )}
        </span>
      );
  }
}

function Changing({ change, paused, onCancel }: { change: ModelChangeView; paused: boolean; onCancel: () => void }) {
  const eta = paused || change.etaSeconds === null ? "" : `, about ${formatDuration(change.etaSeconds)} left`;
  return (
    <div className="models-running">
      <span>{paused ? "The change waits: indexing is paused" : `Making new vectors${eta}. The present model answers until then.`}</span>
      <ProgressBar label="Change of the model" held={paused} progress={{ done: change.done, total: Math.max(change.total, 1), perSecond: null, etaSeconds: null }} />
      <Button size="small" onClick={onCancel}>
        Keep the present model
      </Button>
    </div>
  );
}

function Downloading({ download, onCancel }: { download: ModelDownloadView; onCancel: () => void }) {
  if (download.state === "running") {
    return (
      <div className="models-running">
        <span>{`Downloading ${visibleLine(download.name)}: ${formatSize(download.done)} of ${formatSize(download.total)}`}</span>
        <ProgressBar label="Download of the model" progress={{ done: download.done, total: Math.max(download.total, 1), perSecond: null, etaSeconds: null }} />
        <Button size="small" onClick={onCancel}>
          Stop the download
        </Button>
      </div>
    );
  }
  return download.error === null ? null : <Banner look="bad">{sentence(download.error.message)}</Banner>;
}

/** A dialog that says what something costs before it is done. */
function AskFirst({ title, yes, onClose, onYes, children }: { title: string; yes: string; onClose: () => void; onYes: () => void; children: ReactNode }) {
  return (
    <Dialog title={title} onClose={onClose}>
      {children}
      <div className="form-actions">
        <Button onClick={onClose}>Cancel</Button>
        <Button
          look="main"
          onClick={() => {
            onClose();
            onYes();
          }}
        >
          {yes}
        </Button>
      </div>
    </Dialog>
  );
}

function AskFolder({ onClose, onDone }: { onClose: () => void; onDone: (view: ModelsView) => void }) {
  const platform = usePlatform();
  const nameId = useId();
  const [folder, setFolder] = useState("");
  const [name, setName] = useState("");
  const [state, setState] = useState<{ busy: boolean; error: string | null }>({ busy: false, error: null });

  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    if (folder.trim() === "") return;
    setState({ busy: true, error: null });
    try {
      onDone(await platform.importModel(folder.trim(), name.trim() === "" ? null : name.trim()));
    } catch (error) {
      setState({ busy: false, error: messageOf(error) });
    }
  };
  return (
    <Dialog title="Bring in a model" wide onClose={onClose}>
      <form className="form" onSubmit={(event) => void submit(event)}>
        <p>A folder as model hubs publish it: a graph (model.onnx) and the files of its tokenizer. Atom copies it and tries it before it counts. Take models only from where you would take programs.</p>
        <FolderField
          label="Folder of the model"
          placeholder="~/Downloads/multilingual-e5-small"
          value={folder}
          disabled={state.busy}
          onChange={setFolder}
          onProblem={(error) => {
            setState({ busy: false, error: messageOf(error) });
          }}
        />
        <div className="form-field">
          <label htmlFor={nameId}>Name, if not the folder’s</label>
          <input
            id={nameId}
            className="field"
            autoComplete="off"
            spellCheck={false}
            disabled={state.busy}
            value={name}
            onChange={(event) => {
              setName(event.target.value);
            }}
          />
        </div>
        {state.error === null ? null : <Banner look="bad">{state.error}</Banner>}
        <div className="form-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="main" disabled={state.busy || folder.trim() === ""}>
            {state.busy ? "Trying the model…" : "Bring it in"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
