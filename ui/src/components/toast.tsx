import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from "react";

const ToastContext = createContext<(message: string) => void>(() => undefined);

/** Says something for a moment, to eyes and to screen readers. */
export function useToast(): (message: string) => void {
  return useContext(ToastContext);
}

const SHOWN_MS = 3_500;

export function ToastProvider({ children }: { children: ReactNode }) {
  const [toast, setToast] = useState<{ message: string; number: number } | null>(null);
  const say = useCallback((message: string) => {
    setToast((before) => ({ message, number: (before?.number ?? 0) + 1 }));
  }, []);

  useEffect(() => {
    if (!toast) return;
    const timer = setTimeout(() => {
      setToast(null);
    }, SHOWN_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [toast]);

  const value = useMemo(() => say, [say]);
  return (
    <ToastContext.Provider value={value}>
      {children}
      <div role="status" aria-live="polite">
        {toast ? <div className="toast">{toast.message}</div> : null}
      </div>
    </ToastContext.Provider>
  );
}
