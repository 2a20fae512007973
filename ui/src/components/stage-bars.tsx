import type { Progress, StageProgress } from "../platform";
import { formatCount, formatDuration, formatShare } from "../text/format";
import { ProgressBar } from "./progress-bar";

const STAGES = [
  { key: "names", label: "Names" },
  { key: "words", label: "Words" },
  { key: "meaning", label: "Meaning" },
  { key: "ocr", label: "Pictures" },
] as const;

export function progressText(progress: Progress): string {
  if (progress.done >= progress.total) return formatCount(progress.total);
  const eta = progress.etaSeconds === null ? "" : `, ${formatDuration(progress.etaSeconds)} left`;
  return `${formatCount(progress.done)} of ${formatCount(progress.total)}${eta}`;
}

/** Names, words, meaning, and text in pictures where there are any and it can be recognised: each with a number, a bar and an estimate. */
export function StageBars({ progress, held = false }: { progress: StageProgress; held?: boolean }) {
  return (
    <dl className="stages">
      {STAGES.map(({ key, label }) => {
        const stage = progress[key];
        if (stage === null || (key === "ocr" && stage.total === 0)) return null;
        return (
          <div key={key}>
            <dt>{label}</dt>
            <dd>
              <ProgressBar progress={stage} label={label} held={held} />
            </dd>
            <dd className="share">{formatShare(stage.done, stage.total)}</dd>
            <dd className="soft">{progressText(stage)}</dd>
          </div>
        );
      })}
    </dl>
  );
}
