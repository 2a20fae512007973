import { useQueryClient } from "@tanstack/react-query";
import { useState, type SyntheticEvent } from "react";
import { Banner } from "../../components/banner";
import { messageOf } from "../../components/blank";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { FolderField } from "../../components/folder-field";
import { ProgressBar } from "../../components/progress-bar";
import { useToast } from "../../components/toast";
import { keys } from "../../data/keys";
import { useBackupState } from "../../data/queries";
import type { BackupRunView, BackupStateView, ImportView } from "../../platform";
import { usePlatform } from "../../platform/context";
import { countOf, formatCount, formatDuration, sentence } from "../../text/format";
import { visibleLine } from "../../text/visible";

/** Name of the folder that is made in a folder that was chosen. */
const FOLDER_NAME = "atom-export";

/** Everything as plain text, and folders and settings of such an export taken in again. */
export function ExportControls() {
  const platform = usePlatform();
  const run = useBackupState().data?.run;
  const isBusy = run?.state === "running";
  const [isAsking, setAsking] = useState(false);
  const [imported, setImported] = useState<ImportView | null>(null);
  const [failed, setFailed] = useState<string | null>(null);

  const takeIn = async () => {
    setFailed(null);
    setImported(null);
    try {
      const folder = await platform.pickFolder();
      if (folder !== null) setImported(await platform.importFrom(folder));
    } catch (error) {
      setFailed(messageOf(error));
    }
  };
  return (
    <>
      <div className="settings-apply">
        <Button
          disabled={isBusy}
          onClick={() => {
            setAsking(true);
          }}
        >
          Export everything…
        </Button>
        <Button disabled={isBusy} onClick={() => void takeIn()}>
          Import…
        </Button>
      </div>
      {failed === null ? null : <Banner look="bad">{failed}</Banner>}
      {imported === null ? null : <Imported done={imported} />}
      {run?.task === "export" ? <Exporting run={run} /> : null}
      {isAsking ? (
        <AskFolder
          onClose={() => {
            setAsking(false);
          }}
        />
      ) : null}
    </>
  );
}

function AskFolder({ onClose }: { onClose: () => void }) {
  const platform = usePlatform();
  const client = useQueryClient();
  const [folder, setFolder] = useState("");
  const [state, setState] = useState<{ busy: boolean; error: string | null }>({ busy: false, error: null });

  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    if (folder.trim() === "") return;
    setState({ busy: true, error: null });
    try {
      const run = await platform.startExport(folder.trim());
      client.setQueryData<BackupStateView>(keys.backupState, (before) => (before ? { ...before, run } : before));
      void client.invalidateQueries({ queryKey: keys.backupState });
      onClose();
    } catch (error) {
      setState({ busy: false, error: messageOf(error) });
    }
  };
  return (
    <Dialog title="Export everything" wide onClose={onClose}>
      <form className="form" onSubmit={(event) => void submit(event)}>
        <p>Folders, settings and the text of every file that Atom read, in formats that other programs read.</p>
        <Banner look="warn">The export is not encrypted: whoever gets the folder can read all of it. Keep it where only you can see it, and delete it when it is not needed any more.</Banner>
        <FolderField
          label="A new or empty folder"
          placeholder={`~/${FOLDER_NAME}`}
          value={folder}
          disabled={state.busy}
          picked={(chosen) => `${chosen.replace(/\/+$/, "")}/${FOLDER_NAME}`}
          onChange={setFolder}
          onProblem={(error) => {
            setState({ busy: false, error: messageOf(error) });
          }}
        />
        {state.error === null ? null : <Banner look="bad">{state.error}</Banner>}
        <div className="form-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="main" disabled={state.busy || folder.trim() === ""}>
            Export without encryption
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Exporting({ run }: { run: BackupRunView }) {
  const platform = usePlatform();
  const say = useToast();
  if (run.state === "running") {
    return (
      <div className="backup-running">
        <span>{run.etaSeconds === null ? "Writing" : `Writing, about ${formatDuration(run.etaSeconds)} left`}</span>
        <ProgressBar label="Export" progress={{ done: run.done, total: Math.max(run.total, 1), perSecond: null, etaSeconds: null }} />
        <Button size="small" onClick={() => void platform.cancelBackup().catch((error: unknown) => { say(messageOf(error)); })}>
          Cancel
        </Button>
      </div>
    );
  }
  if (run.error) return <Banner look="bad">{sentence(run.error.message)}</Banner>;
  if (run.state === "cancelled") return <Banner>The export was stopped; nothing of it is left.</Banner>;
  if (!run.export) return null;
  const { folder, items, texts } = run.export;
  return <Banner>{`${countOf(items, "item", "items")}, ${formatCount(texts)} of them with text, are in ${visibleLine(folder)}. It can be read by anyone who gets it.`}</Banner>;
}

function Imported({ done }: { done: ImportView }) {
  return (
    <>
      <Banner>{`${countOf(done.added.length, "folder", "folders")} added, and the settings are taken over. Texts are read from the files.`}</Banner>
      {done.skipped.map((skipped) => (
        <Banner key={skipped} look="warn">
          {`Not added: ${visibleLine(skipped)}`}
        </Banner>
      ))}
    </>
  );
}
