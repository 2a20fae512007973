import { Copy } from "lucide-react";
import { useId, useMemo, useState, type SyntheticEvent } from "react";
import { Banner } from "../../components/banner";
import { messageOf } from "../../components/blank";
import { Button } from "../../components/button";
import { usePlatform } from "../../platform/context";
import { groupsOf, pickTwo, sameGroup } from "./recovery";

/** Shows the code once, then asks for two of its groups: a code that nobody kept is no second way in. */
export function RecoveryStep({ code, onDone }: { code: string; onDone: () => void }) {
  const groups = useMemo(() => groupsOf(code), [code]);
  const [kept, setKept] = useState(false);
  const [isChecking, setChecking] = useState(false);
  const [message, setMessage] = useState<string | null>(null);
  const platform = usePlatform();

  const copy = async () => {
    try {
      await platform.copyText(code);
      setMessage("Copied. Paste it into your password manager, then copy something else over it.");
    } catch (error) {
      setMessage(messageOf(error));
    }
  };

  if (isChecking) {
    return (
      <TypeTwoGroups
        groups={groups}
        onBack={() => {
          setChecking(false);
        }}
        onDone={onDone}
      />
    );
  }
  return (
    <div className="gate-form">
      <h1>Your recovery code</h1>
      <p className="soft">It opens your vault if you forget the passphrase. Atom shows it only now and keeps no copy. Write it down, or put it into a password manager.</p>
      <ol className="recovery-code selectable" aria-label="Recovery code">
        {groups.map((group, index) => (
          <li key={index}>
            <span className="faint">{index + 1}</span>
            <code>{group}</code>
          </li>
        ))}
      </ol>
      <div>
        <Button onClick={() => void copy()}>
          <Copy size={16} aria-hidden /> Copy code
        </Button>
      </div>
      {message ? <Banner>{message}</Banner> : null}
      <label className="check">
        <input
          type="checkbox"
          checked={kept}
          onChange={(event) => {
            setKept(event.target.checked);
          }}
        />
        <span>I have saved the code in a safe place</span>
      </label>
      <Button
        look="main"
        disabled={!kept}
        onClick={() => {
          setChecking(true);
        }}
      >
        Continue
      </Button>
    </div>
  );
}

function TypeTwoGroups({ groups, onBack, onDone }: { groups: readonly string[]; onBack: () => void; onDone: () => void }) {
  const [asked] = useState(() => pickTwo(groups.length));
  const [typed, setTyped] = useState<readonly [string, string]>(["", ""]);
  const [isWrong, setWrong] = useState(false);
  const id = useId();

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (asked.every((group, index) => sameGroup(typed[index] ?? "", groups[group] ?? ""))) onDone();
    else setWrong(true);
  };

  return (
    <form className="gate-form" onSubmit={submit} aria-label="Check the recovery code">
      <h1>Type two groups of the code</h1>
      <p className="soft">To be sure that it is saved: read them from where you put it.</p>
      {asked.map((group, index) => (
        <div key={group} className="gate-field">
          <label htmlFor={`${id}-${group}`}>{`Group ${group + 1}`}</label>
          <input
            id={`${id}-${group}`}
            className="field code"
            autoFocus={index === 0}
            autoComplete="off"
            spellCheck={false}
            value={typed[index] ?? ""}
            onChange={(event) => {
              setWrong(false);
              setTyped(index === 0 ? [event.target.value, typed[1]] : [typed[0], event.target.value]);
            }}
          />
        </div>
      ))}
      {isWrong ? <Banner look="bad">That is not what the code says. Look again, or go back and save the code anew.</Banner> : null}
      <div className="gate-actions">
        <Button onClick={onBack}>Show the code again</Button>
        <Button type="submit" look="main" disabled={typed.some((text) => text.trim() === "")}>
          Continue
        </Button>
      </div>
    </form>
  );
}
