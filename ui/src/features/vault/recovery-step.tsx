import { useState } from "react";
import { Button } from "../../components/button";
import { RecoveryCode, TypeTwoGroups } from "../../components/recovery-code";
import { groupsOf, pickTwo, sameGroup } from "../../components/recovery";

/** Groups without the check character behind them. */
const GROUPS = 8;

/** Shows the code once, then asks for two of its groups: a code that nobody kept is no second way in. */
export function RecoveryStep({ code, onDone }: { code: string; onDone: () => void }) {
  const [kept, setKept] = useState(false);
  const [asked, setAsked] = useState<[number, number] | null>(null);
  const [isWrong, setWrong] = useState(false);

  if (asked) {
    return (
      <div className="form">
        <h1>Type two groups of the code</h1>
        <p className="soft">To be sure that it is saved: read them from where you put it.</p>
        <TypeTwoGroups
          asked={asked}
          problem={isWrong ? "That is not what the code says. Look again, or go back and save the code anew." : null}
          submit="Continue"
          onChange={() => {
            setWrong(false);
          }}
          onBack={() => {
            setAsked(null);
            setWrong(false);
          }}
          onSubmit={(typed) => {
            const groups = groupsOf(code);
            if (asked.every((group, index) => sameGroup(typed[index] ?? "", groups[group - 1] ?? ""))) onDone();
            else setWrong(true);
          }}
        />
      </div>
    );
  }
  return (
    <div className="form">
      <h1>Your recovery code</h1>
      <p className="soft">It opens your vault if you forget the passphrase. Atom shows it only now and keeps no copy. Write it down, or put it into a password manager.</p>
      <RecoveryCode code={code} />
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
          const [first, second] = pickTwo(GROUPS);
          setAsked([first + 1, second + 1]);
        }}
      >
        Continue
      </Button>
    </div>
  );
}
