import type { Progress } from "../platform";
import { formatShare, shareDone } from "../text/format";

interface ProgressBarProps {
  progress: Progress;
  label: string;
  held?: boolean;
}

export function ProgressBar({ progress, label, held = false }: ProgressBarProps) {
  const share = shareDone(progress.done, progress.total);
  return (
    <span
      className={`progress ${share >= 1 ? "done" : ""} ${held ? "held" : ""}`}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share * 100)}
      aria-valuetext={formatShare(progress.done, progress.total)}
    >
      <span style={{ width: `${share * 100}%` }} />
    </span>
  );
}
