import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { isShortcut, isTyping, shortcutLabel, useWindowKeys } from "../data/keyboard";
import { usePlatform } from "../platform/context";

/** How what was done is taken back. */
type Undo = () => void;
type Say = (message: string, undo?: Undo) => void;

const ToastContext = createContext<Say>(() => undefined);

/** Says something for a moment, to eyes and to screen readers; with a way back for as long as it stands there. */
export function useToast(): Say {
  return useContext(ToastContext);
}

const SHOWN_MS = 3_500;
/** Time to read it, and to think better of it. */
const SHOWN_WITH_UNDO_MS = 10_000;

export function ToastProvider({ children }: { children: ReactNode }) {
  const [toast, setToast] = useState<{ message: string; number: number; undo: Undo | null } | null>(null);
  const say = useCallback<Say>((message, undo) => {
    setToast((before) => ({ message, number: (before?.number ?? 0) + 1, undo: undo ?? null }));
  }, []);

  useEffect(() => {
    if (!toast) return;
    const timer = setTimeout(() => {
      setToast(null);
    }, toast.undo ? SHOWN_WITH_UNDO_MS : SHOWN_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [toast]);

  const value = useMemo(() => say, [say]);
  const takeBack = (undo: Undo) => {
    setToast(null);
    undo();
  };
  return (
    <ToastContext.Provider value={value}>
      {children}
      <div role="status" aria-live="polite">
        {toast ? (
          <div className="toast">
            {toast.message}
            {toast.undo ? <UndoButton onUndo={() => { if (toast.undo) takeBack(toast.undo); }} /> : null}
          </div>
        ) : null}
      </div>
    </ToastContext.Provider>
  );
}

function UndoButton({ onUndo }: { onUndo: () => void }) {
  const { isMac } = usePlatform();
  useWindowKeys((event) => {
    // In a field with text the same keys take back what was typed.
    const isEditing = isTyping(event.target) && event.target instanceof HTMLInputElement && event.target.value !== "";
    if (!isShortcut(event, "Mod+Z", isMac) || isEditing) return;
    event.preventDefault();
    onUndo();
  });
  return (
    <button type="button" className="toast-undo" onClick={onUndo} title={shortcutLabel("Mod+Z", isMac)}>
      Undo
    </button>
  );
}
