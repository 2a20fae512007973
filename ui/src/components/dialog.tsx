import { useEffect, useId, useRef, type ReactNode } from "react";
import { createPortal } from "react-dom";

interface DialogProps {
  title: string;
  role?: "dialog" | "alertdialog";
  wide?: boolean;
  onClose: () => void;
  children: ReactNode;
}

/** A modal: the rest of the window is inert while it is open, and gets its focus back afterwards. */
export function Dialog({ title, role = "dialog", wide = false, onClose, children }: DialogProps) {
  const box = useRef<HTMLDivElement>(null);
  const titleId = useId();

  useEffect(() => {
    const before = document.activeElement;
    const root = document.getElementById("root");
    root?.setAttribute("inert", "");
    const first = box.current?.querySelector<HTMLElement>("[data-first]") ?? box.current?.querySelector<HTMLElement>("input, button, select, textarea");
    (first ?? box.current)?.focus();
    return () => {
      root?.removeAttribute("inert");
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);

  return createPortal(
    <div
      className="veil"
      onMouseDown={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
    >
      <div
        ref={box}
        className={`dialog ${wide ? "wide" : ""}`}
        role={role}
        aria-modal="true"
        aria-labelledby={titleId}
        tabIndex={-1}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key === "Escape") onClose();
        }}
      >
        <h2 id={titleId}>{title}</h2>
        {children}
      </div>
    </div>,
    document.body,
  );
}
