import type { ReactNode } from "react";

/** One thing to set: what it is on the left, how it is set on the right; `id` where an address leads to it. */
export function Row({ title, note, id, children }: { title: string; note: string; id?: string; children: ReactNode }) {
  return (
    <section className="settings-row" aria-label={title} id={id} tabIndex={id === undefined ? undefined : -1}>
      <div>
        <h3>{title}</h3>
        <p className="soft selectable settings-note">{note}</p>
      </div>
      <div className="settings-control">{children}</div>
    </section>
  );
}
