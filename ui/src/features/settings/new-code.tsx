import { useState } from "react";
import { Banner } from "../../components/banner";
import { messageOf } from "../../components/blank";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { RecoveryCode, TypeTwoGroups } from "../../components/recovery-code";
import { CommandError, type VaultRecoveryView } from "../../platform";
import { usePlatform } from "../../platform/context";
import { Actions, Form, Proof, useAttempt, type Closing } from "./security-dialogs";

interface NewCodeProps<T> {
  view: VaultRecoveryView;
  /** What is true until two groups were typed, in a sentence. */
  until: string;
  /** What is true after wrong groups, in a sentence. */
  wrong: string;
  /** The button that leaves everything as it is. */
  leave: string;
  submit: string;
  confirm: (groups: [string, string]) => Promise<T>;
  onClose: () => void;
  onConfirmed: (answer: T) => void;
}

/** Shows a new recovery code once, and asks for two groups of it. Each step is a dialog of its own (by its key), so that the focus goes to its first control. */
export function NewCode<T>({ view, until, wrong, leave, submit, confirm, onClose, onConfirmed }: NewCodeProps<T>) {
  const [isChecking, setChecking] = useState(false);
  const { busy, error, attempt, refuse } = useAttempt();

  if (!isChecking) {
    return (
      <Dialog key="code" title="Your new recovery code" onClose={onClose}>
        <div className="form">
          <p className="soft">Write it down, or put it into a password manager. Atom shows it only now and keeps no copy. {until}</p>
          <RecoveryCode code={view.code} />
          <div className="form-actions">
            <Button onClick={onClose}>{leave}</Button>
            <Button look="main" data-first onClick={() => { setChecking(true); }}>
              I have saved it
            </Button>
          </div>
        </div>
      </Dialog>
    );
  }
  const wrongGroups = (failure: unknown) =>
    failure instanceof CommandError && failure.code === "wrong-passphrase" ? `That is not what the new code says. Look again, or show the code again and save it anew. ${wrong}` : messageOf(failure);
  return (
    <Dialog key="groups" title="Type two groups of the new code" onClose={onClose}>
      <p className="soft">To be sure that it is saved: read them from where you put it.</p>
      <TypeTwoGroups
        asked={view.groups}
        problem={error}
        busy={busy}
        submit={submit}
        onChange={() => { refuse(null); }}
        onBack={() => {
          refuse(null);
          setChecking(false);
        }}
        onSubmit={(typed) => void attempt(() => confirm(typed), onConfirmed, wrongGroups)}
      />
    </Dialog>
  );
}

/** A recovery code in the place of the present one. */
export function NewRecoveryCode({ hasKeychain, onClose, onDone }: Closing & { hasKeychain: boolean }) {
  const platform = usePlatform();
  const [proof, setProof] = useState<string | null>("");
  const [view, setView] = useState<VaultRecoveryView | null>(null);
  const { busy, error, attempt } = useAttempt();

  if (view === null) {
    return (
      <Dialog key="proof" title="New recovery code" onClose={onClose}>
        <Form label="New recovery code" onSubmit={() => void attempt(() => platform.vaultRenewRecovery(proof), setView)}>
          <Proof hasKeychain={hasKeychain} value={proof} onChange={setProof} />
          {error ? <Banner look="bad">{error}</Banner> : null}
          <Actions busy={busy} ready={proof !== ""} submit="Show a new code" onClose={onClose} />
        </Form>
      </Dialog>
    );
  }
  return (
    <NewCode
      view={view}
      until="The old code works until you have typed two groups of this one."
      wrong="The old code still works."
      leave="Keep the old code"
      submit="Use the new code"
      confirm={(groups) => platform.vaultConfirmRecovery(groups)}
      onClose={onClose}
      onConfirmed={() => {
        onDone("The new recovery code works now, and the old one no longer does");
      }}
    />
  );
}
