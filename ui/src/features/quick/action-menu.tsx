import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { Keycaps } from "../../components/keycaps";
import { isShortcut } from "../../data/keyboard";
import { usePlatform } from "../../platform/context";

export interface Action {
  label: string;
  shortcut?: string;
  run: () => void;
}

/** Everything that can be done with the selected row, with its key. */
export function ActionMenu({ actions, onClose }: { actions: readonly Action[]; onClose: () => void }) {
  const { isMac } = usePlatform();
  const [at, setAt] = useState(0);
  const menu = useRef<HTMLDivElement>(null);

  useEffect(() => {
    menu.current?.querySelectorAll<HTMLElement>("[role=menuitem]")[at]?.focus();
  }, [at]);

  const handleKey = (event: KeyboardEvent) => {
    const is = (shortcut: string) => isShortcut(event, shortcut, isMac);
    const last = actions.length - 1;
    const to = (next: number) => {
      event.preventDefault();
      setAt(next < 0 ? last : next > last ? 0 : next);
    };
    if (is("ArrowDown") || is("Ctrl+N")) to(at + 1);
    else if (is("ArrowUp") || is("Ctrl+P")) to(at - 1);
    else if (is("Home")) to(0);
    else if (is("End")) to(last);
    else if (is("Escape") || is("Mod+K") || is("Tab")) {
      event.preventDefault();
      onClose();
    }
  };

  return (
    <div ref={menu} className="action-menu" role="menu" aria-label="Actions" onKeyDown={handleKey}>
      {actions.map((action, index) => (
        <button
          key={action.label}
          type="button"
          role="menuitem"
          tabIndex={index === at ? 0 : -1}
          onMouseMove={() => {
            setAt(index);
          }}
          onClick={() => {
            onClose();
            action.run();
          }}
        >
          <span>{action.label}</span>
          {action.shortcut ? <Keycaps shortcut={action.shortcut} /> : null}
        </button>
      ))}
    </div>
  );
}
