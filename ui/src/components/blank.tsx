import { CircleAlert, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { CommandError } from "../platform";
import { sentence } from "../text/format";
import { Button } from "./button";

/** What stands where there is nothing to list: why, and what to do. */
export function Blank({ icon: Icon, title, children, actions }: { icon: LucideIcon; title: string; children?: ReactNode; actions?: ReactNode }) {
  return (
    <div className="blank">
      <Icon size={28} strokeWidth={1.5} aria-hidden />
      <h2>{title}</h2>
      {children}
      {actions ? <div className="actions">{actions}</div> : null}
    </div>
  );
}

export function messageOf(error: unknown): string {
  return error instanceof CommandError ? sentence(error.message) : "Something went wrong inside Atom. Nothing of yours is lost.";
}

export function ErrorBlank({ title, error, onRetry }: { title: string; error: unknown; onRetry?: () => void }) {
  return (
    <div role="alert" className="blank-holder">
      <Blank icon={CircleAlert} title={title} actions={onRetry ? <Button onClick={onRetry}>Try again</Button> : null}>
        <p>{messageOf(error)}</p>
      </Blank>
    </div>
  );
}
