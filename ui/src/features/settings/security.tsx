import { KeyRound, Lock } from "lucide-react";
import { useState, type ReactNode } from "react";
import { Age } from "../../components/age";
import { Banner } from "../../components/banner";
import { messageOf } from "../../components/blank";
import { Button } from "../../components/button";
import { Switch } from "../../components/switch";
import { useToast } from "../../components/toast";
import { useSlots, useVault } from "../../data/queries";
import { useNow } from "../../data/wait";
import type { SlotKind, SlotsView } from "../../platform";
import { usePlatform } from "../../platform/context";
import { formatDuration } from "../../text/format";
import { visibleLine } from "../../text/visible";
import { MasterKey } from "./master-key";
import { NewRecoveryCode } from "./new-code";
import { Row } from "./row";
import { ChangeKeychain, ChangePassphrase } from "./security-dialogs";

type Open = "passphrase" | "recovery" | "keychain" | null;

/** What the system calls the place that its keychain keeps keys in. */
const BACKENDS: Readonly<Record<string, string>> = {
  "secret-service": "the desktop’s keyring",
  "macos-keychain": "the macOS keychain",
  "windows-credential-manager": "Windows Credential Manager",
};

/** The ways into the vault and when it closes; `lock` is the setting of the idle time. */
export function Security({ lock }: { lock: ReactNode }) {
  const platform = usePlatform();
  const say = useToast();
  const vault = useVault().data;
  const slots = useSlots();
  const [open, setOpen] = useState<Open>(null);
  const of = (kind: SlotKind) => slots.data?.slots.find((slot) => slot.kind === kind);
  const [passphrase, recovery, keychain] = [of("passphrase"), of("recovery"), of("keychain")];
  const close = () => {
    setOpen(null);
  };
  const done = (message: string) => {
    close();
    say(message);
  };

  return (
    <>
      <h2 className="settings-group" id="security" tabIndex={-1}>
        Security
      </h2>
      {slots.error ? (
        <Banner
          look="bad"
          action={
            <Button size="small" onClick={() => void slots.refetch()}>
              Try again
            </Button>
          }
        >
          {messageOf(slots.error)}
        </Banner>
      ) : null}
      <Row title="Passphrase" note="Changing it takes a moment and encrypts nothing again. Copies of Atom’s files that were made before, such as backups, still open with the old one.">
        <p className="settings-fact">{passphrase ? <>Set <Age ms={passphrase.createdAt} /></> : slots.data ? "There is none." : ""}</p>
        <Button disabled={!slots.data} onClick={() => { setOpen("passphrase"); }}>
          {passphrase || !slots.data ? "Change passphrase…" : "Set a passphrase…"}
        </Button>
      </Row>
      <Row title="Recovery code" note="Opens the vault when the passphrase is lost. Make a new one if the paper is lost, or if someone may have read it; the old one works until you have typed parts of the new one.">
        <p className="settings-fact">{recovery ? <>Made <Age ms={recovery.createdAt} /></> : slots.data ? "There is none." : ""}</p>
        <Button disabled={!slots.data} onClick={() => { setOpen("recovery"); }}>
          New recovery code…
        </Button>
      </Row>
      <Row title="Keychain" note="No typing at start. Protects against a stolen disk, not against other programs that run as you.">
        <Switch
          checked={keychain !== undefined}
          disabled={!slots.data || (!keychain && !vault?.keychainAvailable)}
          onChange={() => {
            setOpen("keychain");
          }}
        >
          Open with this computer’s keychain
        </Switch>
        {keychain ? (
          <p className="settings-fact">
            In {BACKENDS[keychain.backend ?? ""] ?? visibleLine(keychain.backend ?? "the keychain")}, since <Age ms={keychain.createdAt} />
          </p>
        ) : vault && !vault.keychainAvailable ? (
          <p className="settings-fact">This computer’s keychain does not answer. Start or unlock it, then open these settings again.</p>
        ) : null}
      </Row>
      <MasterKey hasKeychain={keychain !== undefined} hasPassphrase={passphrase !== undefined} slots={slots.data} />
      {lock}
      <Row title="Vault" note={vault ? `Kept encrypted in ${visibleLine(vault.dataDir)}` : ""}>
        <Button shortcut="Mod+Shift+L" title="Lock Atom" onClick={() => void platform.vaultLock().catch((error: unknown) => { say(messageOf(error)); })}>
          <Lock size={16} aria-hidden /> Lock now
        </Button>
        {slots.data ? <LocksIn key={slots.dataUpdatedAt} view={slots.data} at={slots.dataUpdatedAt} /> : null}
      </Row>
      {open === "passphrase" ? <ChangePassphrase hasKeychain={keychain !== undefined} isNew={!passphrase} onClose={close} onDone={done} /> : null}
      {open === "recovery" ? <NewRecoveryCode hasKeychain={keychain !== undefined} onClose={close} onDone={done} /> : null}
      {open === "keychain" ? <ChangeKeychain isOn={keychain !== undefined} onClose={close} onDone={done} /> : null}
    </>
  );
}

/** How long the vault stays open if nobody uses it, as of the answer at `at`. */
function LocksIn({ view, at }: { view: SlotsView; at: number }) {
  const now = useNow(5_000);
  if (view.locksInSeconds === null) return <p className="settings-fact">Stays open until you lock it.</p>;
  const left = Math.max(0, view.locksInSeconds - Math.round((now - at) / 1_000));
  return (
    <p className="settings-fact">
      <KeyRound size={14} aria-hidden /> Locks in {formatDuration(left)} unless you use it
    </p>
  );
}
