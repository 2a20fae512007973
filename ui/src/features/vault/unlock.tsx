import { useQueryClient } from "@tanstack/react-query";
import { KeyRound, Lock } from "lucide-react";
import { useId, useRef, useState, type SyntheticEvent } from "react";
import { Banner } from "../../components/banner";
import { messageOf } from "../../components/blank";
import { Button } from "../../components/button";
import { keys } from "../../data/keys";
import { navigate, routeToRestore } from "../../data/route";
import { CommandError, type VaultView } from "../../platform";
import { usePlatform } from "../../platform/context";
import { Loss } from "./loss";
import "./vault.css";

export function Unlock({ vault }: { vault: VaultView }) {
  const platform = usePlatform();
  const client = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const [isRecovery, setRecovery] = useState(false);
  const [secret, setSecret] = useState("");
  const [state, setState] = useState<{ busy: boolean; error: string | null }>({ busy: false, error: null });
  const [loss, setLoss] = useState<string | null>(null);
  const id = useId();

  const attempt = async (unlock: () => Promise<VaultView>) => {
    setState({ busy: true, error: null });
    try {
      client.setQueryData(keys.vault, await unlock());
    } catch (error) {
      if (error instanceof CommandError && error.code === "data-lost") setLoss(messageOf(error));
      setState({ busy: false, error: explain(error, isRecovery) });
      setSecret("");
      input.current?.focus();
    }
  };

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (secret !== "") void attempt(() => platform.vaultUnlock(isRecovery ? secret.trim() : secret));
  };

  if (loss !== null) {
    return (
      <Loss
        message={loss}
        onBack={() => {
          setLoss(null);
          setState({ busy: false, error: null });
        }}
      />
    );
  }
  return (
    <main className="gate">
      <form className="gate-card form" onSubmit={submit} aria-label="Unlock Atom">
        <Lock size={32} strokeWidth={1.5} aria-hidden className="gate-mark" />
        <h1>Unlock Atom</h1>
        <p className="soft">Your index is encrypted until you unlock it.</p>
        <label htmlFor={id}>{isRecovery ? "Recovery code" : "Passphrase"}</label>
        <input
          key={isRecovery ? "code" : "passphrase"}
          ref={input}
          id={id}
          className={`field ${isRecovery ? "code" : ""}`}
          type={isRecovery ? "text" : "password"}
          autoComplete={isRecovery ? "off" : "current-password"}
          spellCheck={false}
          autoFocus
          value={secret}
          onChange={(event) => {
            setSecret(event.target.value);
          }}
        />
        {state.error ? <Banner look="bad">{state.error}</Banner> : null}
        <Button type="submit" look="main" disabled={state.busy || secret === ""}>
          {state.busy ? "Unlocking…" : "Unlock"}
        </Button>
        {vault.hasKeychainSlot ? (
          <Button disabled={state.busy} onClick={() => void attempt(() => platform.vaultUnlockKeychain())}>
            <KeyRound size={16} aria-hidden /> Unlock with this computer’s keychain
          </Button>
        ) : null}
        <Button
          look="quiet"
          onClick={() => {
            setRecovery(!isRecovery);
            setSecret("");
            setState({ busy: false, error: null });
          }}
        >
          {isRecovery ? "Use the passphrase" : "Use the recovery code"}
        </Button>
        <Button
          look="quiet"
          onClick={() => {
            navigate(routeToRestore());
          }}
        >
          Bring a backup back…
        </Button>
      </form>
    </main>
  );
}

function explain(error: unknown, isRecovery: boolean): string {
  if (error instanceof CommandError) {
    if (error.code === "wrong-passphrase") {
      return isRecovery ? "This is not the recovery code of this vault. Check each group." : "Wrong passphrase. Check Caps Lock and the keyboard layout, or use the recovery code.";
    }
    if (error.code === "keychain-unavailable") return "The keychain does not answer. Use the passphrase.";
  }
  return messageOf(error);
}
