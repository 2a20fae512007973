import type { Progress, StageProgress } from "../platform";
import { formatCount, formatDuration, formatShare } from "../text/format";
import { ProgressBar } from "./progress-bar";

const STAGES = [
  { key: "names", label: "Names" },
  { key: "words", label: "Words" },
  { key: "meaning", label: "Meaning" },
] as const;

export function progressText(progress: Progress): string {
  if (progress.done >= progress.total) return formatCount(progress.total);
  const eta = progress.etaSeconds === null ? "" : `, ${formatDuration(progress.etaSeconds)} left`;
  return `${formatCount(progress.done)} of ${formatCount(progress.total)}${eta}`;
}

/** Names, words, meaning: each with a number, a bar and an estimate. */
export function StageBars({ progress, held = false }: { progress: StageProgress; held?: boolean }) {
  return (
    <dl className="stages">
      {STAGES.map(({ key, label }) => (
        <div key={key}>
          <dt>{label}</dt>
          <dd>
            <ProgressBar progress={progress[key]} label={label} held={held} />
          </dd>
          <dd className="share">{formatShare(progress[key].done, progress[key].total)}</dd>
          <dd className="soft">{progressText(progress[key])}</dd>
        </div>
      ))}
    </dl>
  );
}
