import { useQueryClient } from "@tanstack/react-query";
import { ArchiveRestore } from "lucide-react";
import { useEffect, useId, useState, type ReactNode, type SyntheticEvent } from "react";
import { Banner } from "../../components/banner";
import { messageOf } from "../../components/blank";
import { Button } from "../../components/button";
import { FolderField } from "../../components/folder-field";
import { ProgressBar } from "../../components/progress-bar";
import { keys } from "../../data/keys";
import { navigate, routeToRestore, useRoute } from "../../data/route";
import { CommandError, type BackupListView, type BackupRunView, type SnapshotView, type VaultView } from "../../platform";
import { usePlatform } from "../../platform/context";
import { countOf, formatAbsolute, formatDuration, formatSize, sentence } from "../../text/format";
import { visibleLine } from "../../text/visible";
import "./vault.css";

const PHASES: Readonly<Record<string, string>> = {
  starting: "Getting ready",
  restoring: "Reading and verifying the backup",
  opening: "Opening the vault",
};

interface RestoreProps {
  vault: VaultView;
  /** The restore that runs, or the last one. */
  run: BackupRunView;
  onClose: () => void;
}

/**
 * Brings a backup back: where it is and what opens it, which moment, how far it is, how it ended.
 * The core locks the vault on the way, after which this page is loaded anew: what runs is known from the core, and the address
 * says which run is shown here.
 */
export function Restore({ vault, run, onClose }: RestoreProps) {
  const { parameters } = useRoute();
  const [found, setFound] = useState<Found | null>(null);
  const isRunning = run.state === "running";
  const isShown = isRunning || parameters.get("run") === String(run.run);

  useEffect(() => {
    if (isRunning && parameters.get("run") !== String(run.run)) navigate(routeToRestore({ run: String(run.run) }), "replace");
  }, [isRunning, run.run, parameters]);

  const again = () => {
    setFound(null);
    navigate(routeToRestore(), "replace");
  };
  return (
    <main className="gate">
      <section className="gate-card form" aria-labelledby="restore-title">
        <ArchiveRestore size={32} strokeWidth={1.5} aria-hidden className="gate-mark" />
        {isShown ? (
          isRunning ? (
            <Running run={run} />
          ) : (
            <Ended run={run} vault={vault} onAgain={again} onClose={onClose} />
          )
        ) : found === null ? (
          <Find folder={parameters.get("folder") ?? ""} vault={vault} onFound={setFound} onClose={onClose} />
        ) : (
          <Choose
            found={found}
            vault={vault}
            chosen={parameters.get("snapshot")}
            next={run.run + 1}
            onBack={() => {
              setFound(null);
            }}
          />
        )}
      </section>
    </main>
  );
}

/** A folder of backups that was opened. */
interface Found {
  list: BackupListView;
  folder: string;
  secret: string;
}

function Title({ children }: { children: ReactNode }) {
  return <h1 id="restore-title">{children}</h1>;
}

function Find({ folder: first, vault, onFound, onClose }: { folder: string; vault: VaultView; onFound: (found: Found) => void; onClose: () => void }) {
  const platform = usePlatform();
  const [folder, setFolder] = useState(first);
  const [secret, setSecret] = useState("");
  const [state, setState] = useState<{ busy: boolean; error: string | null }>({ busy: false, error: null });
  const id = useId();

  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    const place = folder.trim();
    if (place === "" || secret === "") return;
    setState({ busy: true, error: null });
    try {
      onFound({ list: await platform.restoreList(place, secret), folder: place, secret });
    } catch (error) {
      setState({ busy: false, error: explain(error) });
    }
  };

  return (
    <form className="form" aria-label="Find the backup" onSubmit={(event) => void submit(event)}>
      <Title>Bring a backup back</Title>
      <p className="soft">Plug in the disk that it is on, and choose the folder that Atom backed up to.</p>
      <FolderField
        label="Folder with the backups"
        placeholder="/media/disk/atom"
        value={folder}
        autoFocus={first === ""}
        disabled={state.busy}
        onChange={setFolder}
        onProblem={(error) => {
          setState({ busy: false, error: messageOf(error) });
        }}
      />
      <label htmlFor={id}>Passphrase or recovery code</label>
      <input
        id={id}
        className="field"
        type="password"
        autoComplete="off"
        spellCheck={false}
        autoFocus={first !== ""}
        disabled={state.busy}
        aria-describedby={`${id}-note`}
        value={secret}
        onChange={(event) => {
          setSecret(event.target.value);
        }}
      />
      <p id={`${id}-note`} className="soft">
        {vault.state === "absent" ? "That of the vault that was backed up." : "That of this vault. It opens its backups too."}
      </p>
      {state.error === null ? null : <Banner look="bad">{state.error}</Banner>}
      <Button type="submit" look="main" disabled={state.busy || folder.trim() === "" || secret === ""}>
        {state.busy ? "Opening the backups…" : "Show backups"}
      </Button>
      <Button look="quiet" disabled={state.busy} onClick={onClose}>
        Cancel
      </Button>
    </form>
  );
}

interface ChooseProps {
  found: Found;
  vault: VaultView;
  /** Id of the snapshot to begin with; the newest otherwise. */
  chosen: string | null;
  /** Number that the restore will have. */
  next: number;
  onBack: () => void;
}

function Choose({ found: { list, folder, secret }, vault, chosen, next, onBack }: ChooseProps) {
  const platform = usePlatform();
  const client = useQueryClient();
  const { snapshots } = list;
  const [id, setId] = useState(snapshots.find((one) => one.id === chosen)?.id ?? snapshots[0]?.id ?? null);
  const [state, setState] = useState<{ busy: boolean; error: string | null }>({ busy: false, error: null });
  const snapshot = snapshots.find((one) => one.id === id);

  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    if (!snapshot) return;
    setState({ busy: true, error: null });
    // Before the core locks the vault, which loads this page anew.
    navigate(routeToRestore({ run: String(next) }), "replace");
    try {
      client.setQueryData(keys.restore, await platform.startRestore(folder, snapshot.id, secret));
    } catch (error) {
      setState({ busy: false, error: explain(error) });
    }
  };

  return (
    <form className="form" aria-label="Choose a backup" onSubmit={(event) => void submit(event)}>
      <Title>{snapshots.length === 0 ? "No backup to bring back" : "Which moment comes back?"}</Title>
      {list.damage.map((damage) => (
        <Banner key={damage} look="bad">
          {sentence(damage)}
        </Banner>
      ))}
      {snapshot ? (
        <>
          <fieldset className="snapshots">
            <legend className="only-for-readers">Backups, newest first</legend>
            {snapshots.map((one) => (
              <Moment key={one.id} snapshot={one} chosen={one.id === id} isFirst={one.id === id} onChoose={setId} />
            ))}
          </fieldset>
          <Effect vault={vault} snapshot={snapshot} />
        </>
      ) : (
        <p className="soft">{`There is no whole backup in ${visibleLine(folder)}.`}</p>
      )}
      {state.error === null ? null : <Banner look="bad">{state.error}</Banner>}
      {snapshot ? (
        <Button type="submit" look="main" disabled={state.busy}>
          {state.busy ? "Starting…" : "Restore"}
        </Button>
      ) : null}
      <Button look="quiet" disabled={state.busy} onClick={onBack}>
        Another folder
      </Button>
    </form>
  );
}

function Moment({ snapshot, chosen, isFirst, onChoose }: { snapshot: SnapshotView; chosen: boolean; isFirst: boolean; onChoose: (id: string) => void }) {
  const indexes = snapshot.indexes ? "" : ", without indexes";
  return (
    <label className="check">
      <input
        type="radio"
        name="snapshot"
        value={snapshot.id}
        checked={chosen}
        autoFocus={isFirst}
        onChange={() => {
          onChoose(snapshot.id);
        }}
      />
      <span>
        {formatAbsolute(snapshot.madeAt)}
        <span className="soft check-note">{`${countOf(snapshot.items, "item", "items")}, ${formatSize(snapshot.bytes)}${indexes}`}</span>
      </span>
    </label>
  );
}

/** What is replaced and what is kept, before anything happens. */
function Effect({ vault, snapshot }: { vault: VaultView; snapshot: SnapshotView }) {
  const dataDir = visibleLine(vault.dataDir);
  const indexes = snapshot.indexes ? null : <li>The indexes were not backed up: they are built again from the backup.</li>;
  if (vault.state === "absent") {
    return (
      <ul className="restore-effect">
        <li>The backup becomes the vault of this computer, with its folders and settings. Your own files are not touched.</li>
        <li>It opens with the passphrase and the recovery code of the vault that was backed up.</li>
        {indexes}
      </ul>
    );
  }
  return (
    <ul className="restore-effect">
      {vault.state === "open" ? <li>Atom locks the vault first. Until the backup is back, nothing can be searched.</li> : null}
      <li>
        <strong>Replaced:</strong> everything that Atom keeps: folders, settings, what it read, the activity log. Your own files are not touched.
      </li>
      <li className="selectable">
        <strong>Kept:</strong> {`what is there now is kept beside it, as ${dataDir}.before-restore. The end says where.`}
      </li>
      <li>All of the backup is read and verified before anything is replaced.</li>
      {indexes}
    </ul>
  );
}

function Running({ run }: { run: BackupRunView }) {
  const platform = usePlatform();
  const [state, setState] = useState<{ stopping: boolean; error: string | null }>({ stopping: false, error: null });
  const phase = PHASES[run.phase] ?? run.phase;
  // By then the backup is in its place.
  const isOpening = run.phase === "opening";
  const cancel = async () => {
    setState({ stopping: true, error: null });
    try {
      await platform.cancelRestore();
    } catch (error) {
      setState({ stopping: false, error: messageOf(error) });
    }
  };
  return (
    <>
      <Title>Bringing the backup back</Title>
      <p>{run.etaSeconds === null ? phase : `${phase}, about ${formatDuration(run.etaSeconds)} left`}</p>
      <ProgressBar label="Restore" progress={{ done: run.done, total: Math.max(run.total, 1), perSecond: null, etaSeconds: null }} />
      {run.total > 0 && !isOpening ? <p className="soft">{`${formatSize(run.done)} of ${formatSize(run.total)}`}</p> : null}
      {isOpening ? null : <p className="soft">Nothing has been replaced yet: until then it can be cancelled, and everything stays as it was.</p>}
      {state.error === null ? null : <Banner look="bad">{state.error}</Banner>}
      <Button autoFocus disabled={state.stopping || isOpening} onClick={() => void cancel()}>
        {state.stopping ? "Stopping…" : "Cancel"}
      </Button>
    </>
  );
}

function Ended({ run, vault, onAgain, onClose }: { run: BackupRunView; vault: VaultView; onAgain: () => void; onClose: () => void }) {
  if (run.restore) {
    const { snapshot, previous, warnings } = run.restore;
    return (
      <>
        <Title>The backup is back</Title>
        <Banner>{`Everything is as it was on ${formatAbsolute(snapshot.madeAt)}: ${countOf(snapshot.items, "item", "items")}.`}</Banner>
        {warnings.map((warning) => (
          <Banner key={warning} look="warn">
            {sentence(warning)}
          </Banner>
        ))}
        {previous === null ? null : (
          <p className="selectable restore-place">{`What was there before is in ${visibleLine(previous)}. Delete it when nothing is missing.`}</p>
        )}
        {snapshot.indexes ? null : <p className="soft">The indexes are being built again: searches find more and more.</p>}
        <Button look="main" autoFocus onClick={onClose}>
          {vault.state === "open" ? "Start searching" : "Unlock"}
        </Button>
      </>
    );
  }
  return (
    <>
      <Title>{run.state === "cancelled" ? "Stopped" : "The backup could not be brought back"}</Title>
      {run.error ? <Banner look="bad">{sentence(run.error.message)}</Banner> : null}
      <p>{vault.state === "absent" ? "Nothing was changed." : "Nothing was changed: the vault is as it was, and locked."}</p>
      <Button look="main" autoFocus onClick={onAgain}>
        {run.state === "cancelled" ? "Choose a backup" : "Try again"}
      </Button>
      <Button look="quiet" onClick={onClose}>
        {vault.state === "absent" ? "Back" : "Unlock"}
      </Button>
    </>
  );
}

function explain(error: unknown): string {
  if (error instanceof CommandError && error.code === "wrong-passphrase") {
    return "This opens none of the backups. Check Caps Lock and the keyboard layout, or type the recovery code.";
  }
  return messageOf(error);
}
