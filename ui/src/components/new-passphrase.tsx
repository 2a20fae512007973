import { useId } from "react";
import { strengthOf } from "./strength";

interface NewPassphraseProps {
  label?: string;
  value: string;
  again: string;
  autoFocus?: boolean;
  onChange: (value: string) => void;
  onAgain: (value: string) => void;
}

/** Two fields for a new passphrase, and how well it would protect. */
export function NewPassphrase({ label = "Passphrase", value, again, autoFocus = false, onChange, onAgain }: NewPassphraseProps) {
  const id = useId();
  const strength = strengthOf(value);
  return (
    <>
      <label htmlFor={`${id}-1`}>{label}</label>
      <input
        id={`${id}-1`}
        className="field"
        type="password"
        autoComplete="new-password"
        autoFocus={autoFocus}
        value={value}
        aria-describedby={`${id}-hint`}
        onChange={(event) => {
          onChange(event.target.value);
        }}
      />
      <div className={`strength level-${value === "" ? "none" : strength.level}`} id={`${id}-hint`}>
        <span className="strength-bar" aria-hidden>
          <i />
          <i />
          <i />
        </span>
        <span>{value === "" ? "Four or five unrelated words work well." : `${strength.label}. ${strength.advice}`}</span>
      </div>
      <label htmlFor={`${id}-2`}>{`${label} again`}</label>
      <input
        id={`${id}-2`}
        className="field"
        type="password"
        autoComplete="new-password"
        value={again}
        onChange={(event) => {
          onAgain(event.target.value);
        }}
      />
    </>
  );
}

/** Why these two cannot be the new passphrase; null if they can. The core has the last word. */
export function passphraseProblem(value: string, again: string): string | null {
  const strength = strengthOf(value);
  if (strength.level === 0) return `This passphrase is too easy to guess. ${strength.advice}`;
  return value === again ? null : "The two passphrases differ. Type the second one again.";
}
