import { useQueryClient } from "@tanstack/react-query";
import { Atom } from "lucide-react";
import { useState, type SyntheticEvent } from "react";
import { Banner } from "../../components/banner";
import { messageOf } from "../../components/blank";
import { Button } from "../../components/button";
import { NewPassphrase, passphraseProblem } from "../../components/new-passphrase";
import { keys } from "../../data/keys";
import { navigate, routeToRestore } from "../../data/route";
import type { VaultView } from "../../platform";
import { usePlatform } from "../../platform/context";
import { FoldersStep } from "./folders-step";
import { RecoveryStep } from "./recovery-step";
import "./vault.css";

type Step = { name: "passphrase" } | { name: "recovery"; code: string } | { name: "folders" };

/** Passphrase, recovery code, folders. The main window opens when all three are done. */
export function FirstStart({ vault, onDone }: { vault: VaultView; onDone: () => void }) {
  const client = useQueryClient();
  const [step, setStep] = useState<Step>({ name: "passphrase" });
  const number = step.name === "passphrase" ? 1 : step.name === "recovery" ? 2 : 3;
  return (
    <main className="gate">
      <div className="gate-card">
        <p className="gate-step faint">{`Step ${number} of 3`}</p>
        {step.name === "passphrase" ? (
          <PassphraseStep
            vault={vault}
            onCreated={(code) => {
              setStep({ name: "recovery", code });
            }}
          />
        ) : step.name === "recovery" ? (
          <RecoveryStep
            code={step.code}
            onDone={() => {
              setStep({ name: "folders" });
            }}
          />
        ) : (
          <FoldersStep
            onDone={() => {
              void client.invalidateQueries({ queryKey: keys.vault });
              onDone();
            }}
          />
        )}
      </div>
    </main>
  );
}

function PassphraseStep({ vault, onCreated }: { vault: VaultView; onCreated: (recoveryCode: string) => void }) {
  const platform = usePlatform();
  const [passphrase, setPassphrase] = useState("");
  const [again, setAgain] = useState("");
  const [keychain, setKeychain] = useState(false);
  const [state, setState] = useState<{ busy: boolean; error: string | null }>({ busy: false, error: null });

  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    const problem = passphraseProblem(passphrase, again);
    if (problem !== null) {
      setState({ busy: false, error: problem });
      return;
    }
    setState({ busy: true, error: null });
    try {
      onCreated(await platform.vaultCreate(passphrase, keychain));
    } catch (error) {
      setState({ busy: false, error: messageOf(error) });
    }
  };

  return (
    <form onSubmit={(event) => void submit(event)} className="form" aria-label="Choose a passphrase">
      <Atom size={32} strokeWidth={1.5} aria-hidden className="gate-mark" />
      <h1>Welcome to Atom</h1>
      <p className="soft">Atom finds anything on this computer, offline. What it reads stays here, encrypted with a passphrase that only you know.</p>
      <NewPassphrase value={passphrase} again={again} autoFocus onChange={setPassphrase} onAgain={setAgain} />
      {vault.keychainAvailable ? (
        <label className="check">
          <input
            type="checkbox"
            checked={keychain}
            onChange={(event) => {
              setKeychain(event.target.checked);
            }}
          />
          <span>
            Also unlock with this computer’s keychain
            <span className="soft check-note">No typing at start. Protects against a stolen disk, not against other programs that run as you.</span>
          </span>
        </label>
      ) : (
        <p className="soft">This computer’s keychain does not answer, so Atom will ask for the passphrase at each start.</p>
      )}
      {state.error ? <Banner look="bad">{state.error}</Banner> : null}
      <Button type="submit" look="main" disabled={state.busy || passphrase === "" || again === ""}>
        {state.busy ? "Making the vault…" : "Continue"}
      </Button>
      <Button
        look="quiet"
        disabled={state.busy}
        onClick={() => {
          navigate(routeToRestore());
        }}
      >
        I have a backup…
      </Button>
    </form>
  );
}
