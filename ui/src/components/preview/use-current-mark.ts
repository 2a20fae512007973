import { useEffect, type RefObject } from "react";

/** Shows which match is the current one, in whatever view it stands, also where that comes or changes later. */
export function useCurrentMark(container: RefObject<HTMLElement | null>, hit: number, occasion: unknown): void {
  useEffect(() => {
    const element = container.current;
    if (!element) return;
    let isInSight = false;
    // Marks are told by their class and not drawn anew: a long text has many thousands of pieces.
    const show = () => {
      const number = String(hit);
      for (const mark of element.querySelectorAll<HTMLElement>("mark.current")) {
        if (mark.dataset["hit"] !== number) mark.classList.remove("current");
      }
      const marks = element.querySelectorAll<HTMLElement>(`mark[data-hit="${number}"]`);
      for (const mark of marks) mark.classList.add("current");
      const first = marks[0];
      if (!first || isInSight) return;
      isInSight = true;
      first.closest("details")?.setAttribute("open", "");
      first.scrollIntoView({ block: "center", inline: "nearest" });
    };
    show();
    const observer = new MutationObserver(show);
    observer.observe(element, { childList: true, subtree: true });
    return () => {
      observer.disconnect();
    };
  }, [container, hit, occasion]);
}
