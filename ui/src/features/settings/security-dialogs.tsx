import { useId, useState, type ReactNode, type SyntheticEvent } from "react";
import { Banner } from "../../components/banner";
import { messageOf } from "../../components/blank";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { NewPassphrase, passphraseProblem } from "../../components/new-passphrase";
import { CommandError } from "../../platform";
import { usePlatform } from "../../platform/context";

export interface Closing {
  onClose: () => void;
  /** What is true now, in a sentence. */
  onDone: (message: string) => void;
}

/** What to do about a refused change. */
function explain(error: unknown): string {
  if (error instanceof CommandError) {
    if (error.code === "wrong-passphrase") return "This is neither the present passphrase nor the recovery code. Check Caps Lock and the keyboard layout. Nothing was changed.";
    if (error.code === "keychain-unavailable") return `${messageOf(error)} Nothing was changed.`;
  }
  return messageOf(error);
}

/** One command at a time, with its failure beside it. */
export function useAttempt() {
  const [state, setState] = useState<{ busy: boolean; error: string | null }>({ busy: false, error: null });
  const attempt = async <T,>(run: () => Promise<T>, then: (answer: T) => void, say = explain) => {
    setState({ busy: true, error: null });
    try {
      const answer = await run();
      setState({ busy: false, error: null });
      then(answer);
    } catch (error) {
      setState({ busy: false, error: say(error) });
    }
  };
  const refuse = (error: string | null) => {
    setState({ busy: false, error });
  };
  return { ...state, attempt, refuse };
}

interface ProofProps {
  hasKeychain: boolean;
  /** Null stands for the keychain. */
  value: string | null;
  onChange: (value: string | null) => void;
}

/** Shows that the one who asks may change how the vault opens: an open window is not enough. */
export function Proof({ hasKeychain, value, onChange }: ProofProps) {
  const id = useId();
  return (
    <>
      <label htmlFor={id}>Present passphrase or recovery code</label>
      <input
        id={id}
        className="field"
        type="password"
        autoComplete="current-password"
        disabled={value === null}
        value={value ?? ""}
        onChange={(event) => {
          onChange(event.target.value);
        }}
      />
      {hasKeychain ? (
        <label className="check">
          <input
            type="checkbox"
            checked={value === null}
            onChange={(event) => {
              onChange(event.target.checked ? null : "");
            }}
          />
          <span>Ask this computer’s keychain instead</span>
        </label>
      ) : null}
    </>
  );
}

export function Actions({ busy, ready, submit, onClose }: { busy: boolean; ready: boolean; submit: string; onClose: () => void }) {
  return (
    <div className="form-actions">
      <Button onClick={onClose}>Cancel</Button>
      <Button type="submit" look="main" disabled={busy || !ready}>
        {busy ? "One moment…" : submit}
      </Button>
    </div>
  );
}

export function Form({ label, onSubmit, children }: { label: string; onSubmit: () => void; children: ReactNode }) {
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <form className="form" aria-label={label} onSubmit={submit}>
      {children}
    </form>
  );
}

export function ChangePassphrase({ hasKeychain, isNew, onClose, onDone }: Closing & { hasKeychain: boolean; isNew: boolean }) {
  const platform = usePlatform();
  const [proof, setProof] = useState<string | null>("");
  const [passphrase, setPassphrase] = useState("");
  const [again, setAgain] = useState("");
  const { busy, error, attempt, refuse } = useAttempt();
  const title = isNew ? "Set a passphrase" : "Change the passphrase";

  const submit = () => {
    const problem = passphraseProblem(passphrase, again);
    if (problem !== null) refuse(problem);
    else {
      void attempt(
        () => platform.vaultChangePassphrase(proof, passphrase),
        () => {
          onDone(isNew ? "The passphrase is set" : "The passphrase is changed; the old one no longer opens the vault");
        },
      );
    }
  };

  return (
    <Dialog title={title} onClose={onClose}>
      <Form label={title} onSubmit={submit}>
        <Proof hasKeychain={hasKeychain} value={proof} onChange={setProof} />
        <NewPassphrase label="New passphrase" value={passphrase} again={again} onChange={setPassphrase} onAgain={setAgain} />
        {error ? <Banner look="bad">{error}</Banner> : null}
        <Actions busy={busy} ready={proof !== "" && passphrase !== "" && again !== ""} submit={title} onClose={onClose} />
      </Form>
    </Dialog>
  );
}

export function ChangeKeychain({ isOn, onClose, onDone }: Closing & { isOn: boolean }) {
  const platform = usePlatform();
  const [proof, setProof] = useState<string | null>("");
  const { busy, error, attempt } = useAttempt();
  const title = isOn ? "Stop using the keychain" : "Open with the keychain";

  const submit = () => {
    if (isOn) {
      void attempt(
        () => platform.vaultRemoveKeychain(proof),
        () => {
          onDone("The keychain no longer opens the vault");
        },
      );
    } else {
      void attempt(
        () => platform.vaultAddKeychain(proof),
        () => {
          onDone("This computer’s keychain opens the vault now");
        },
      );
    }
  };

  return (
    <Dialog title={title} onClose={onClose}>
      <Form label={title} onSubmit={submit}>
        <p className="soft">
          {isOn
            ? "Atom will ask for the passphrase at each start, and deletes its key from the keychain. Unless you chose otherwise, it then locks after 15 idle minutes."
            : "Whoever can use this account can then open the vault. Unless you chose otherwise, Atom then no longer locks by itself."}
        </p>
        <Proof hasKeychain={isOn} value={proof} onChange={setProof} />
        {error ? <Banner look="bad">{error}</Banner> : null}
        <Actions busy={busy} ready={proof !== ""} submit={title} onClose={onClose} />
      </Form>
    </Dialog>
  );
}
