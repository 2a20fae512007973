import { Button } from "../../components/button";
import { Keycaps } from "../../components/keycaps";
import { KEYS } from "./shortcuts";

interface FooterProps {
  notice: string | null;
  /** Whether to say how to come to past searches. */
  hint: boolean;
  /** What Enter does; null where there is no row. */
  main: string | null;
  onActions: () => void;
}

export function Footer({ notice, hint, main, onActions }: FooterProps) {
  return (
    <footer className="quick-foot">
      <span className="cut grow" role="status">
        {notice}
        {notice === null && hint ? (
          <>
            <Keycaps shortcut="ArrowUp" /> for past searches
          </>
        ) : null}
      </span>
      {main === null ? null : (
        <span className="quick-main">
          {main} <Keycaps shortcut={KEYS.run} />
        </span>
      )}
      <Button look="quiet" size="small" tabIndex={-1} onClick={onActions}>
        Actions <Keycaps shortcut={KEYS.actions} />
      </Button>
    </footer>
  );
}
