import type { ReactNode } from "react";

/** One thing to set: what it is on the left, how it is set on the right. */
export function Row({ title, note, children }: { title: string; note: string; children: ReactNode }) {
  return (
    <section className="settings-row" aria-label={title}>
      <div>
        <h3>{title}</h3>
        <p className="soft selectable settings-note">{note}</p>
      </div>
      <div className="settings-control">{children}</div>
    </section>
  );
}
