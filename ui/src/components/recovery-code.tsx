import { Copy } from "lucide-react";
import { useId, useState, type SyntheticEvent } from "react";
import { usePlatform } from "../platform/context";
import { Banner } from "./banner";
import { messageOf } from "./blank";
import { Button } from "./button";
import { groupsOf } from "./recovery";

/** The code in its groups, numbered, with a way to copy it. */
export function RecoveryCode({ code }: { code: string }) {
  const platform = usePlatform();
  const [message, setMessage] = useState<string | null>(null);
  const copy = async () => {
    try {
      await platform.copyText(code);
      setMessage("Copied. Paste it into your password manager, then copy something else over it.");
    } catch (error) {
      setMessage(messageOf(error));
    }
  };
  return (
    <>
      <ol className="recovery-code selectable" aria-label="Recovery code">
        {groupsOf(code).map((group, index) => (
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
    </>
  );
}

interface TypeTwoGroupsProps {
  /** From 1, in order. */
  asked: readonly [number, number];
  problem: string | null;
  busy?: boolean;
  submit: string;
  onChange: () => void;
  onBack: () => void;
  onSubmit: (typed: [string, string]) => void;
}

/** A code that nobody kept is no second way in: two groups are read from where it was put. */
export function TypeTwoGroups({ asked, problem, busy = false, submit, onChange, onBack, onSubmit }: TypeTwoGroupsProps) {
  const [typed, setTyped] = useState<[string, string]>(["", ""]);
  const id = useId();

  const send = (event: SyntheticEvent) => {
    event.preventDefault();
    onSubmit(typed);
  };

  return (
    <form className="form" onSubmit={send} aria-label="Check the recovery code">
      {asked.map((group, index) => (
        <div key={group} className="form-field">
          <label htmlFor={`${id}-${group}`}>{`Group ${group}`}</label>
          <input
            id={`${id}-${group}`}
            className="field code"
            autoFocus={index === 0}
            autoComplete="off"
            spellCheck={false}
            value={typed[index] ?? ""}
            onChange={(event) => {
              onChange();
              setTyped(index === 0 ? [event.target.value, typed[1]] : [typed[0], event.target.value]);
            }}
          />
        </div>
      ))}
      {problem ? <Banner look="bad">{problem}</Banner> : null}
      <div className="form-actions">
        <Button onClick={onBack}>Show the code again</Button>
        <Button type="submit" look="main" disabled={busy || typed.some((text) => text.trim() === "")}>
          {submit}
        </Button>
      </div>
    </form>
  );
}
