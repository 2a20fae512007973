import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { IconButton } from "./button";
import { Keycaps } from "./keycaps";

export interface MenuItem {
  label: string;
  icon: ReactNode;
  shortcut?: string;
  disabled?: boolean;
  run: () => void;
}

/** A button that opens a menu below it. */
export function MenuButton({ label, icon, items }: { label: string; icon: ReactNode; items: readonly MenuItem[] }) {
  const [isOpen, setOpen] = useState(false);
  const holder = useRef<HTMLDivElement>(null);
  const close = () => {
    setOpen(false);
    holder.current?.querySelector("button")?.focus();
  };
  return (
    <div
      ref={holder}
      className="menu-holder"
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setOpen(false);
      }}
    >
      <IconButton
        label={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => {
          setOpen(!isOpen);
        }}
        onKeyDown={(event) => {
          if (event.key !== "ArrowDown") return;
          event.preventDefault();
          setOpen(true);
        }}
      >
        {icon}
      </IconButton>
      {isOpen ? <Menu label={label} items={items} onClose={close} /> : null}
    </div>
  );
}

function Menu({ label, items, onClose }: { label: string; items: readonly MenuItem[]; onClose: () => void }) {
  const menu = useRef<HTMLDivElement>(null);
  const options = () => [...(menu.current?.querySelectorAll<HTMLElement>("[role=menuitem]:not(:disabled)") ?? [])];
  useEffect(() => {
    menu.current?.querySelector<HTMLElement>("[role=menuitem]:not(:disabled)")?.focus();
  }, []);

  const handleKey = (event: KeyboardEvent) => {
    const all = options();
    const at = all.findIndex((one) => one === document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to !== undefined) all.at(to % all.length)?.focus();
    else if (event.key === "Escape" || event.key === "Tab") onClose();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div ref={menu} className="menu" role="menu" aria-label={label} onKeyDown={handleKey}>
      {items.map(({ label, icon, shortcut, disabled = false, run }) => (
        <button
          key={label}
          type="button"
          role="menuitem"
          tabIndex={-1}
          disabled={disabled}
          onClick={() => {
            onClose();
            run();
          }}
        >
          {icon}
          <span className="grow">{label}</span>
          {shortcut ? <Keycaps shortcut={shortcut} /> : null}
        </button>
      ))}
    </div>
  );
}
