import { useQueryClient } from "@tanstack/react-query";
import { FolderOpen, RotateCw, Trash2, Zap } from "lucide-react";
import { useState } from "react";
import { Age } from "../../components/age";
import { Banner } from "../../components/banner";
import { messageOf } from "../../components/blank";
import { Button, IconButton } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { Name } from "../../components/name";
import { StageBars } from "../../components/stage-bars";
import { FILE_STATE_NAMES, RETRYABLE_STATES, StateBadge, stateLabel } from "../../components/state-badge";
import { useToast } from "../../components/toast";
import { keys } from "../../data/keys";
import type { SourceView } from "../../platform";
import { usePlatform } from "../../platform/context";
import { countOf, formatCount, formatMoment, formatSize } from "../../text/format";
import { visibleLine } from "../../text/visible";

export function SourceCard({ source, onFiles }: { source: SourceView; onFiles: (state: string | null) => void }) {
  const platform = usePlatform();
  const client = useQueryClient();
  const say = useToast();
  const [isRemoving, setRemoving] = useState(false);
  const isDone = Object.values(source.progress).every((one) => one === null || one.done >= one.total);
  const counts = FILE_STATE_NAMES.map((state) => ({ state, count: source.counts.find((one) => one.state === state)?.count ?? 0 })).filter((one) => one.count > 0);

  const attempt = async (what: () => Promise<void>, done: string) => {
    try {
      await what();
      say(done);
    } catch (error) {
      say(messageOf(error));
    }
    void client.invalidateQueries({ queryKey: keys.sources });
  };

  return (
    <li className="source-card" aria-label={visibleLine(source.path)}>
      <div className="source-title">
        <FolderOpen size={18} strokeWidth={1.75} aria-hidden className="kind-icon office" />
        <h2 className="cut" title={visibleLine(source.path)}>
          <Name text={source.path} />
        </h2>
        <StateBadge of="source" state={source.state} />
        {source.goesFirst ? <span className="badge busy">Goes first</span> : null}
        <span className="source-tools">
          <IconButton
            label="Index now, anyway"
            disabled={isDone || source.goesFirst || source.state === "missing" || source.state === "removing"}
            onClick={() => void attempt(() => platform.indexNow(source.id), "This folder goes first, and nothing holds it back")}
          >
            <Zap size={16} aria-hidden />
          </IconButton>
          <IconButton label="Compare with the disk now" onClick={() => void attempt(() => platform.rescanSource(source.id), "Comparing the folder with the disk")}>
            <RotateCw size={16} aria-hidden />
          </IconButton>
          <IconButton
            label="Remove from Atom"
            disabled={source.state === "removing"}
            onClick={() => {
              setRemoving(true);
            }}
          >
            <Trash2 size={16} aria-hidden />
          </IconButton>
        </span>
      </div>
      <p className="source-facts soft">
        <span>{countOf(source.files, "file", "files")}</span>
        <span>{countOf(source.folders, "folder", "folders")}</span>
        {source.members > 0 ? <span>{countOf(source.members, "file in archives", "files in archives")}</span> : null}
        <span>{formatSize(source.bytes)}</span>
        {source.lastScanAt === null ? null : (
          <span>
            compared <Age ms={source.lastScanAt} />
          </span>
        )}
      </p>
      {source.message ? <Banner look={source.state === "missing" ? "bad" : "warn"}>{visibleLine(source.message)}</Banner> : null}
      {source.vanished ? (
        <Banner
          look="warn"
          action={
            <>
              <Button size="small" onClick={() => void attempt(() => platform.rescanSource(source.id), "Comparing the folder with the disk")}>
                Look again
              </Button>
              <Button size="small" onClick={() => void attempt(() => platform.forgetVanished(source.id), "Forgetting what is gone")}>
                Forget them now
              </Button>
            </>
          }
        >
          {`${countOf(source.vanished.count, "file is", "files are")} gone from this folder all at once. They can still be found until ${formatMoment(source.vanished.keptUntil)}, in case they come back.`}
        </Banner>
      ) : null}
      {isDone ? null : <StageBars progress={source.progress} held={source.state === "paused"} />}
      <div className="source-counts">
        {counts.map(({ state, count }) => (
          <button
            key={state}
            type="button"
            className={`count ${RETRYABLE_STATES.includes(state) ? "odd" : ""}`}
            onClick={() => {
              onFiles(state);
            }}
          >
            <strong>{formatCount(count)}</strong> {stateLabel("file", state).toLowerCase()}
          </button>
        ))}
        {source.files > 0 ? (
          <Button
            look="quiet"
            size="small"
            onClick={() => {
              onFiles(null);
            }}
          >
            All files
          </Button>
        ) : null}
      </div>
      {isRemoving ? (
        <Dialog
          title="Remove this folder from Atom?"
          role="alertdialog"
          onClose={() => {
            setRemoving(false);
          }}
        >
          <p className="selectable">
            <Name text={source.path} />
          </p>
          <p>{`${countOf(source.files, "file", "files")} will no longer be found. The files themselves stay where they are. Adding the folder again means reading all of them again.`}</p>
          <div className="actions">
            <Button
              data-first
              onClick={() => {
                setRemoving(false);
              }}
            >
              Keep it
            </Button>
            <Button
              look="danger"
              onClick={() => {
                setRemoving(false);
                void attempt(() => platform.removeSource(source.id), "Folder removed");
              }}
            >
              {`Remove ${countOf(source.files, "file", "files")}`}
            </Button>
          </div>
        </Dialog>
      ) : null}
    </li>
  );
}
