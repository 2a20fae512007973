import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Banner } from "../../components/banner";
import { messageOf } from "../../components/blank";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { NewPassphrase, passphraseProblem } from "../../components/new-passphrase";
import { ProgressBar } from "../../components/progress-bar";
import { useToast } from "../../components/toast";
import { keys } from "../../data/keys";
import { useBackupState, useSettings } from "../../data/queries";
import type { BackupRunView, BackupStateView, SlotsView, VaultRecoveryView } from "../../platform";
import { usePlatform } from "../../platform/context";
import { formatDuration, sentence } from "../../text/format";
import { NewCode } from "./new-code";
import { Row } from "./row";
import { Actions, Form, Proof, useAttempt } from "./security-dialogs";

const PHASES: Readonly<Record<string, string>> = {
  starting: "Getting ready",
  sealing: "Encrypting the indexes again",
  verifying: "Reading back",
  copying: "Encrypting the database again",
};

interface MasterKeyProps {
  hasKeychain: boolean;
  hasPassphrase: boolean;
  slots: SlotsView | undefined;
}

/** Another master key: begins the change, says how far it is, and what it leaves to do. */
export function MasterKey({ hasKeychain, hasPassphrase, slots }: MasterKeyProps) {
  const platform = usePlatform();
  const client = useQueryClient();
  const say = useToast();
  const run = useBackupState().data?.run;
  const [isOpen, setOpen] = useState(false);
  const [failed, setFailed] = useState<string | null>(null);
  const ours = run?.task === "rotation" ? run : undefined;
  const isRunning = run?.state === "running";

  const follow = (begun: BackupRunView | null) => {
    if (begun) client.setQueryData<BackupStateView>(keys.backupState, (before) => (before ? { ...before, run: begun } : before));
    void client.invalidateQueries({ queryKey: keys.backupState });
    void client.invalidateQueries({ queryKey: keys.slots });
  };
  const ask = async (command: () => Promise<BackupRunView | null>) => {
    setFailed(null);
    try {
      follow(await command());
    } catch (error) {
      setFailed(messageOf(error));
    }
  };
  const giveUp = () =>
    void ask(async () => {
      await platform.vaultCancelRotation();
      say("The change is given up; what opened the vault before opens it still");
      return null;
    });

  return (
    <Row
      title="Master key"
      note="Make a new one if someone may have had a copy of Atom’s files and knew a way in: only this ends what the copy can open. Everything is encrypted again in the background, and searching goes on. It takes as much free space as the vault has."
    >
      {ours && isRunning ? (
        <div className="backup-running">
          <span>{ours.etaSeconds === null ? (PHASES[ours.phase] ?? ours.phase) : `${PHASES[ours.phase] ?? ours.phase}, about ${formatDuration(ours.etaSeconds)} left`}</span>
          <ProgressBar label="Change of the master key" progress={{ done: ours.done, total: Math.max(ours.total, 1), perSecond: null, etaSeconds: null }} />
          <p className="settings-fact">The new recovery code counts at the end; until then the old one does. You may lock or quit Atom: it goes on when you open it again.</p>
          <Button size="small" onClick={giveUp}>
            Cancel
          </Button>
        </div>
      ) : slots?.rotating ? (
        <>
          <Banner look="warn">A change of the master key was begun and waits. The ways into the vault cannot be changed before it is done or given up.</Banner>
          <div className="settings-apply">
            <Button look="main" disabled={isRunning} onClick={() => void ask(() => platform.vaultResumeRotation())}>
              Go on
            </Button>
            <Button onClick={giveUp}>Give it up</Button>
          </div>
        </>
      ) : (
        <Button disabled={!slots || isRunning} onClick={() => { setOpen(true); }}>
          Change the master key…
        </Button>
      )}
      {failed === null ? null : <Banner look="bad">{sentence(failed)}</Banner>}
      {ours?.error ? <Banner look="bad">{sentence(ours.error.message)}</Banner> : null}
      {ours?.rotation ? <Done warnings={ours.rotation.warnings} /> : null}
      {isOpen ? (
        <Change
          hasKeychain={hasKeychain}
          hasPassphrase={hasPassphrase}
          onClose={() => { setOpen(false); }}
          onBegun={(begun) => {
            setOpen(false);
            follow(begun);
          }}
        />
      ) : null}
    </Row>
  );
}

/** What a change leaves: copies from before, which a backup brings up to date. */
function Done({ warnings }: { warnings: readonly string[] }) {
  const platform = usePlatform();
  const client = useQueryClient();
  const say = useToast();
  const backup = useSettings().data?.backup;
  const start = async () => {
    if (!backup?.folder) return;
    const { folder, indexes, keepLast, keepDaily, keepWeekly } = backup;
    try {
      await platform.startBackup({ folder, verify: false, indexes, keepLast, keepDaily, keepWeekly });
      void client.invalidateQueries({ queryKey: keys.backup });
    } catch (error) {
      say(messageOf(error));
    }
  };
  return (
    <>
      {warnings.map((warning) => (
        <Banner key={warning} look="warn">
          {sentence(warning)}
        </Banner>
      ))}
      <Banner action={backup?.folder ? <Button size="small" onClick={() => void start()}>Back up now</Button> : undefined}>
        The vault has a new master key, and the new recovery code works now. Copies that were made before still open with the old ways in, backups too, until the next backup to the same folder.
      </Banner>
    </>
  );
}

interface ChangeProps {
  hasKeychain: boolean;
  hasPassphrase: boolean;
  onClose: () => void;
  onBegun: (run: BackupRunView) => void;
}

/** Asks who wants it, then shows the new code. */
function Change({ hasKeychain, hasPassphrase, onClose, onBegun }: ChangeProps) {
  const platform = usePlatform();
  const [proof, setProof] = useState<string | null>("");
  const [isOther, setOther] = useState(false);
  const [passphrase, setPassphrase] = useState("");
  const [again, setAgain] = useState("");
  const [view, setView] = useState<VaultRecoveryView | null>(null);
  const { busy, error, attempt, refuse } = useAttempt();

  const prepare = () => {
    const problem = isOther ? passphraseProblem(passphrase, again) : null;
    if (problem !== null) refuse(problem);
    else void attempt(() => platform.vaultRotate(proof, isOther ? passphrase : null), setView);
  };

  if (view === null) {
    return (
      <Dialog key="proof" title="Change the master key" onClose={onClose}>
        <Form label="Change the master key" onSubmit={prepare}>
          <p className="soft">You get a new recovery code.{hasPassphrase ? " The passphrase stays, unless you choose another one: do that if someone may know it." : ""}</p>
          <Proof hasKeychain={hasKeychain} value={proof} onChange={setProof} />
          {hasPassphrase ? (
            <label className="check">
              <input type="checkbox" checked={isOther} onChange={(event) => { setOther(event.target.checked); }} />
              <span>Set another passphrase too</span>
            </label>
          ) : null}
          {isOther ? <NewPassphrase label="New passphrase" value={passphrase} again={again} onChange={setPassphrase} onAgain={setAgain} /> : null}
          {error ? <Banner look="bad">{error}</Banner> : null}
          <Actions busy={busy} ready={proof !== "" && (!isOther || (passphrase !== "" && again !== ""))} submit="Show the new code" onClose={onClose} />
        </Form>
      </Dialog>
    );
  }
  return (
    <NewCode
      view={view}
      until="Nothing is begun until you have typed two groups of it, and the old code works until the change is done."
      wrong="Nothing was begun."
      leave="Change nothing"
      submit="Begin the change"
      confirm={(groups) => platform.vaultConfirmRotation(groups)}
      onClose={onClose}
      onConfirmed={onBegun}
    />
  );
}
