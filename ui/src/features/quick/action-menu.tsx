import { ChevronRight, type LucideIcon } from "lucide-react";
import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { Keycaps } from "../../components/keycaps";
import { isShortcut } from "../../data/keyboard";
import { usePlatform } from "../../platform/context";
import { visibleLine } from "../../text/visible";
import { KEYS } from "./shortcuts";

export interface Action {
  id: string;
  label: string;
  icon: LucideIcon;
  shortcut?: string;
  /** A word behind the label. */
  aside?: string;
  /** Leads to another list instead of doing something at once. */
  opens?: boolean;
  run: () => void;
}

interface ActionMenuProps {
  label: string;
  actions: readonly Action[];
  onClose: () => void;
  /** Back to the list that this one was opened from. */
  onBack?: () => void;
  /** Stands there instead of the list: why there is none. */
  children?: ReactNode;
}

function matches(label: string, typed: string): boolean {
  const text = label.toLowerCase();
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.startsWith(word) || text.includes(` ${word}`));
}

/** Everything that can be done, each with its key; a few letters leave only what is meant. */
export function ActionMenu({ label, actions, onClose, onBack, children }: ActionMenuProps) {
  const { isMac } = usePlatform();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState(0);
  const shown = actions.filter((action) => matches(action.label, typed.trim()));
  const at = Math.min(chosen, shown.length - 1);

  useEffect(() => {
    input.current?.focus();
  }, []);
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: "nearest" });
  }, [at]);

  const run = (action: Action | undefined) => {
    if (!action) return;
    if (!action.opens) onClose();
    action.run();
  };

  const handleKey = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    const is = (shortcut: string) => isShortcut(event, shortcut, isMac);
    const take = (what: () => void) => {
      event.preventDefault();
      what();
    };
    const to = (next: number) => {
      take(() => {
        setChosen((next + shown.length) % Math.max(1, shown.length));
      });
    };
    const atStart = typed === "";
    if (is("ArrowDown") || is("Ctrl+N")) to(at + 1);
    else if (is("ArrowUp") || is("Ctrl+P")) to(at - 1);
    else if (is("Home")) to(0);
    else if (is("End")) to(shown.length - 1);
    else if (is("Enter") || (is("ArrowRight") && shown[at]?.opens && atStart)) take(() => { run(shown[at]); });
    else if (onBack && atStart && (is("ArrowLeft") || is("Backspace"))) take(onBack);
    else if (is("Escape")) take(onBack ?? onClose);
    else if (is(KEYS.actions) || is("Tab")) take(onClose);
    else {
      // With letters selected the same keys copy those.
      const isCopying = event.currentTarget.selectionStart !== event.currentTarget.selectionEnd && is(KEYS.copyPath);
      const direct = actions.find((action) => action.shortcut !== undefined && is(action.shortcut));
      if (direct && !isCopying) take(() => { run(direct); });
    }
  };

  return (
    <div className="action-menu" role="dialog" aria-label={label}>
      {children ?? (
        <div ref={list} id={id} className="action-list" role="listbox" aria-label={label}>
          {shown.map((action, index) => (
            <div
              key={action.id}
              id={`${id}-${action.id}`}
              role="option"
              aria-selected={index === at}
              className="action"
              onMouseMove={() => {
                setChosen(index);
              }}
              onMouseDown={(event) => {
                event.preventDefault();
              }}
              onClick={() => {
                run(action);
              }}
            >
              <action.icon size={16} strokeWidth={1.75} aria-hidden />
              <span className="cut grow">
                {visibleLine(action.label)}
                {action.aside === undefined ? null : <span className="faint">{` ${action.aside}`}</span>}
              </span>
              {action.shortcut === undefined ? null : <Keycaps shortcut={action.shortcut} />}
              {action.opens ? <ChevronRight size={14} aria-hidden /> : null}
            </div>
          ))}
          {shown.length === 0 ? <p className="action-none">No action is called so.</p> : null}
        </div>
      )}
      <input
        ref={input}
        type="text"
        role="combobox"
        aria-label={`Find in: ${label}`}
        aria-expanded={children === undefined}
        aria-controls={children === undefined ? id : undefined}
        aria-activedescendant={children === undefined && shown[at] ? `${id}-${shown[at].id}` : undefined}
        aria-autocomplete="list"
        autoComplete="off"
        spellCheck={false}
        placeholder={onBack ? `${label}` : "Find an action"}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setChosen(0);
        }}
        onKeyDown={handleKey}
      />
    </div>
  );
}
