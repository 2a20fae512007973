import { useEffect, useState } from "react";

/** True once `waiting` has lasted 200 ms: nothing flashes for what is fast. */
export function useSlow(waiting: boolean, delay = 200): boolean {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    if (!waiting) return;
    const timer = setTimeout(() => {
      setSlow(true);
    }, delay);
    return () => {
      clearTimeout(timer);
      setSlow(false);
    };
  }, [waiting, delay]);
  return waiting && slow;
}

/** The time of now, renewed every half minute, for relative dates. */
export function useNow(every = 30_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(Date.now());
    }, every);
    return () => {
      clearInterval(timer);
    };
  }, [every]);
  return now;
}

/** `value` once it has stayed the same for a while; the first one at once. */
export function useSettled<T>(value: T, delay: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => {
      setSettled(value);
    }, delay);
    return () => {
      clearTimeout(timer);
    };
  }, [value, delay]);
  return settled;
}
