import { Hourglass, Pause, TriangleAlert } from "lucide-react";
import { useStatus } from "../data/queries";
import { routeTo } from "../data/route";
import type { Progress, StatusView } from "../platform";
import { formatDuration, formatShare, sentence } from "../text/format";
import { visibleLine } from "../text/visible";
import { Banner } from "./banner";
import { isMeaningHeld, paceSentence } from "./pace";

function stage(name: string, progress: Progress): string {
  const eta = progress.done < progress.total && progress.etaSeconds !== null ? `, ${formatDuration(progress.etaSeconds)}` : "";
  return `${name} ${formatShare(progress.done, progress.total)}${eta}`;
}

/** Whether search by meaning is off because its model is missing or cannot be used. */
export function isModelUnusable(status: StatusView): boolean {
  return status.model.state === "missing" || status.model.state === "failed";
}

/** `Names 100% · Words 100% · Meaning 62%, 14 min`: always in the same corner, leads to Activity. */
export function IndexState() {
  const status = useStatus().data;
  if (!status) return <span className="index-state" />;
  const { names, words, meaning } = status.progress;
  const isDone = [names, words, meaning].every((one) => one.done >= one.total);
  const isHeld = isMeaningHeld(status);
  const text =
    isModelUnusable(status)
      ? `${stage("Names", names)} · ${stage("Words", words)} · Meaning off`
      : [stage("Names", names), stage("Words", words), isHeld ? `Meaning ${formatShare(meaning.done, meaning.total)}, waits` : stage("Meaning", meaning)].join(" · ");
  return (
    <a className="index-state" href={routeTo("activity")} title={`${paceSentence(status) ?? "State of the index."} Opens Activity.`}>
      {status.message ? (
        <TriangleAlert size={14} aria-hidden />
      ) : status.paused ? (
        <Pause size={14} aria-hidden />
      ) : isHeld ? (
        <Hourglass size={14} aria-hidden />
      ) : (
        <span className={`dot ${isDone ? "still" : "busy"}`} aria-hidden />
      )}
      {status.paused ? `Paused · ${text}` : text}
    </a>
  );
}

/** What keeps the index from moving on and what to do about it, or nothing. It stands right above the corner of `IndexState`. */
export function IndexTrouble() {
  const message = useStatus().data?.message;
  return message ? (
    <div className="index-trouble">
      <Banner look="warn">{sentence(visibleLine(message))}</Banner>
    </div>
  ) : null;
}
