import { useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleCheck, Pause, Play, X } from "lucide-react";
import { Age } from "../../components/age";
import { Banner } from "../../components/banner";
import { Blank, ErrorBlank, messageOf } from "../../components/blank";
import { Button, IconButton } from "../../components/button";
import { isModelUnusable } from "../../components/index-state";
import { PaceBanner } from "../../components/pace";
import { ProgressBar } from "../../components/progress-bar";
import { progressText, StageBars } from "../../components/stage-bars";
import { StateBadge } from "../../components/state-badge";
import { useToast } from "../../components/toast";
import { keys } from "../../data/keys";
import { useStatus } from "../../data/queries";
import { useSlow } from "../../data/wait";
import type { JobView, OcrView, StatusView } from "../../platform";
import { usePlatform } from "../../platform/context";
import { countOf, formatCount, formatSize } from "../../text/format";
import { visibleLine } from "../../text/visible";
import "./activity.css";

const OPEN = ["queued", "running", "paused"];
const STORES: Readonly<Record<string, string>> = { vault: "Text and settings", keyword: "Word index", vectors: "Meaning index" };

export function ActivityScreen() {
  const platform = usePlatform();
  const client = useQueryClient();
  const say = useToast();
  const status = useStatus().data;
  const activity = useQuery({ queryKey: keys.activity, queryFn: () => platform.activity() });
  const slow = useSlow(activity.isPending);
  const jobs = activity.data?.jobs ?? [];
  const paused = activity.data?.paused ?? false;
  const current = jobs.filter((job) => OPEN.includes(job.state));
  const past = jobs.filter((job) => !OPEN.includes(job.state));

  const attempt = async (what: () => Promise<void>, done: string) => {
    try {
      await what();
      say(done);
    } catch (error) {
      say(messageOf(error));
    }
    void client.invalidateQueries({ queryKey: keys.activity });
    void client.invalidateQueries({ queryKey: keys.status });
  };

  return (
    <div className="page">
      <header className="page-head">
        <h1>Activity</h1>
        {paused ? (
          <Button look="main" onClick={() => void attempt(() => platform.resume(), "Indexing goes on")}>
            <Play size={16} aria-hidden /> Resume
          </Button>
        ) : (
          <Button onClick={() => void attempt(() => platform.pause(), "Indexing is paused")}>
            <Pause size={16} aria-hidden /> Pause
          </Button>
        )}
      </header>
      <div className="page-body activity">
        {paused ? <Banner>Indexing is paused, also after a restart. Search works with what is there.</Banner> : null}
        {status ? <PaceBanner status={status} /> : null}
        {status ? <StageBars progress={status.progress} held={paused} /> : null}
        {status?.ocr.message ? <Banner>{visibleLine(status.ocr.message)}</Banner> : null}
        {activity.error ? (
          <ErrorBlank title="Atom cannot list its work" error={activity.error} onRetry={() => void activity.refetch()} />
        ) : activity.isPending ? (
          <div aria-busy="true">{slow ? <div className="skeleton" style={{ height: 64 }} /> : null}</div>
        ) : (
          <>
            <section aria-label="Now">
              <h2>Now</h2>
              {current.length > 0 ? (
                <ul className="jobs">
                  {current.map((job) => (
                    <Job key={job.id} job={job} paused={paused} onCancel={() => void attempt(() => platform.cancelJob(job.id), "Cancelled")} />
                  ))}
                </ul>
              ) : (
                <div className="all-done">
                  <Blank icon={CircleCheck} title="Nothing to do">
                    <p>Atom watches your folders and reads what changes.</p>
                  </Blank>
                </div>
              )}
            </section>
            {past.length > 0 ? (
              <section aria-label="Finished">
                <h2>Finished</h2>
                <ul className="jobs">
                  {past.map((job) => (
                    <Job key={job.id} job={job} paused={false} />
                  ))}
                </ul>
              </section>
            ) : null}
          </>
        )}
        {status ? <Figures status={status} /> : null}
      </div>
    </div>
  );
}

function Job({ job, paused, onCancel }: { job: JobView; paused: boolean; onCancel?: () => void }) {
  const isRunning = job.state === "running";
  return (
    <li className="job">
      <div className="job-line">
        <span className="cut job-title">{visibleLine(job.title)}</span>
        <StateBadge of="job" state={paused && isRunning ? "paused" : job.state} />
        <span className="soft job-when">
          {onCancel ? progressText(job.progress) : job.finishedAt !== null ? <Age ms={job.finishedAt} /> : null}
          {onCancel && isRunning && job.progress.perSecond !== null ? ` (${formatCount(Math.round(job.progress.perSecond))} per second)` : ""}
        </span>
        {onCancel ? (
          <IconButton label={`Cancel: ${visibleLine(job.title)}`} onClick={onCancel}>
            <X size={16} aria-hidden />
          </IconButton>
        ) : null}
      </div>
      {onCancel && job.progress.total > 0 ? <ProgressBar progress={job.progress} label={visibleLine(job.title)} held={paused} /> : null}
      {job.error ? <Banner look="bad">{visibleLine(job.error)}</Banner> : null}
    </li>
  );
}

/** Tesseract in a line. */
function recognising(ocr: OcrView): string {
  if (ocr.state === "off") return "switched off";
  if (ocr.state === "missing") return "Tesseract is not installed";
  if (ocr.state === "failed") return "Tesseract cannot be used";
  return ocr.version === null ? "Tesseract" : `Tesseract ${ocr.version}, ${ocr.languages.join(", ")}`;
}

function Figures({ status }: { status: StatusView }) {
  const model = isModelUnusable(status) ? "cannot be used: search by meaning is off" : (status.model.id ?? "ready");
  return (
    <section aria-label="Index">
      <h2>Index</h2>
      <dl className="figures">
        <div>
          <dt>Files and folders</dt>
          <dd>{formatCount(status.items)}</dd>
        </div>
        <div>
          <dt>Passages</dt>
          <dd>{`${formatCount(status.chunks)}, ${formatCount(status.vectors)} of them by meaning`}</dd>
        </div>
        {status.sizes.map((size) => (
          <div key={size.name}>
            <dt>{STORES[size.name] ?? size.name}</dt>
            <dd>{`${formatSize(size.bytes)}, encrypted`}</dd>
          </div>
        ))}
        <div>
          <dt>Meaning model</dt>
          <dd>{visibleLine(model)}</dd>
        </div>
        <div>
          <dt>Text in pictures</dt>
          <dd>{visibleLine(recognising(status.ocr))}</dd>
        </div>
        <div>
          <dt>Watching</dt>
          <dd>
            {countOf(status.watching.folders, "folder", "folders")}
            {status.watching.polled > 0 ? `, ${formatCount(status.watching.polled)} more looked at in turn: the system watches no more at a time` : ""}
          </dd>
        </div>
        <div>
          <dt>Version</dt>
          <dd>{status.version}</dd>
        </div>
      </dl>
    </section>
  );
}
