import { useQueryClient } from "@tanstack/react-query";
import { FolderOpen } from "lucide-react";
import { useState, type ReactNode } from "react";
import { Age } from "../../components/age";
import { Banner } from "../../components/banner";
import { messageOf } from "../../components/blank";
import { Button } from "../../components/button";
import { ProgressBar } from "../../components/progress-bar";
import { Select } from "../../components/select";
import { Switch } from "../../components/switch";
import { useToast } from "../../components/toast";
import { keys } from "../../data/keys";
import { useBackupList, useBackupState } from "../../data/queries";
import { navigate, routeToRestore } from "../../data/route";
import type { BackupRunView, BackupSettings, BackupStateView } from "../../platform";
import { usePlatform } from "../../platform/context";
import { countOf, formatAbsolute, formatDuration, formatSize, sentence } from "../../text/format";
import { visibleLine } from "../../text/visible";

const HOURS: readonly { value: string; label: string }[] = [
  { value: "", label: "Only when I say so" },
  { value: "1", label: "Every hour" },
  { value: "6", label: "Every 6 hours" },
  { value: "24", label: "Every day" },
  { value: "168", label: "Every week" },
];
const KEEP: readonly { value: string; label: string; keep: Pick<BackupSettings, "keepLast" | "keepDaily" | "keepWeekly"> }[] = [
  { value: "3-7-4", label: "3 latest, a week of days, a month of weeks", keep: { keepLast: 3, keepDaily: 7, keepWeekly: 4 } },
  { value: "1-0-0", label: "The latest only", keep: { keepLast: 1, keepDaily: 0, keepWeekly: 0 } },
  { value: "10-30-52", label: "10 latest, a month of days, a year of weeks", keep: { keepLast: 10, keepDaily: 30, keepWeekly: 52 } },
  { value: "0-0-0", label: "All of them", keep: { keepLast: 0, keepDaily: 0, keepWeekly: 0 } },
];
/** Tasks that this row shows; others have a row of their own. */
const TASKS = ["backup", "check"];
const PHASES: Readonly<Record<string, string>> = {
  starting: "Getting ready",
  writing: "Writing what is new",
  verifying: "Reading back",
  pruning: "Removing what is not kept",
};

interface BackupControlsProps {
  settings: BackupSettings;
  problem: ReactNode;
  onSave: (settings: BackupSettings, effect: string) => Promise<boolean>;
}

/** Where backups go, how they stand, what is there, and the way to bring one back. */
export function BackupControls({ settings, problem, onSave }: BackupControlsProps) {
  const platform = usePlatform();
  const client = useQueryClient();
  const say = useToast();
  const state = useBackupState().data;
  const isRunning = state?.run.state === "running";
  const list = useBackupList(settings.folder, state?.folderState === "ready" && !isRunning);
  const [failed, setFailed] = useState<string | null>(null);

  const start = async (begin: () => Promise<BackupRunView>) => {
    setFailed(null);
    try {
      const run = await begin();
      client.setQueryData<BackupStateView>(keys.backupState, (before) => (before ? { ...before, run } : before));
      void client.invalidateQueries({ queryKey: keys.backupState });
    } catch (error) {
      setFailed(messageOf(error));
    }
  };
  const choose = async () => {
    const folder = await platform.pickFolder();
    if (folder !== null && (await onSave({ ...settings, folder }, "Backups go to this folder now"))) void client.invalidateQueries({ queryKey: keys.backup });
  };
  const keep = `${settings.keepLast}-${settings.keepDaily}-${settings.keepWeekly}`;
  const hours = settings.everyHours === null ? "" : String(settings.everyHours);

  return (
    <>
      <div className="settings-apply">
        <Button disabled={isRunning} onClick={() => void choose()}>
          <FolderOpen size={16} aria-hidden /> {settings.folder === null ? "Choose folder…" : "Another folder…"}
        </Button>
        {settings.folder === null ? null : (
          <Button
            look="main"
            disabled={isRunning}
            onClick={() =>
              void start(() => {
                const { keepLast, keepDaily, keepWeekly, indexes } = settings;
                return platform.startBackup({ folder: settings.folder ?? "", verify: false, indexes, keepLast, keepDaily, keepWeekly });
              })
            }
          >
            Back up now
          </Button>
        )}
      </div>
      {problem}
      {failed === null ? null : <Banner look="bad">{sentence(failed)}</Banner>}
      {settings.folder === null ? null : (
        <>
          <p className="soft selectable settings-note">{visibleLine(settings.folder)}</p>
          {state ? <Standing state={state} /> : null}
          {state && isRunning && TASKS.includes(state.run.task) ? <Running run={state.run} onCancel={() => void platform.cancelBackup().catch((error: unknown) => { say(messageOf(error)); })} /> : null}
          <Select
            label="Back up"
            value={hours}
            options={HOURS.some((one) => one.value === hours) ? HOURS : [...HOURS, { value: hours, label: `Every ${hours} hours` }]}
            onChange={(value) => void onSave({ ...settings, everyHours: value === "" ? null : Number(value) }, value === "" ? "Atom backs up only when you say so" : "Atom backs up by itself while it runs")}
          />
          <Select
            label="Keep"
            value={keep}
            options={KEEP.some((one) => one.value === keep) ? KEEP : [...KEEP, { value: keep, label: `${settings.keepLast} latest, ${settings.keepDaily} days, ${settings.keepWeekly} weeks` }]}
            onChange={(value) => {
              const chosen = KEEP.find((one) => one.value === value);
              if (chosen) void onSave({ ...settings, ...chosen.keep }, "From the next backup on");
            }}
          />
          <Switch
            checked={settings.indexes}
            onChange={(checked) => void onSave({ ...settings, indexes: checked }, checked ? "Indexes are backed up too" : "Indexes are left out and built again after a restore")}
          >
            Back up the indexes too, so that nothing has to be built again
          </Switch>
          {list.error ? <Banner look="warn">{sentence(messageOf(list.error))}</Banner> : null}
          {list.data ? (
            <div className="backup-list">
              {list.data.damage.map((damage) => (
                <Banner key={damage} look="bad">
                  {sentence(damage)}
                </Banner>
              ))}
              <ul aria-label="Backups">
                {list.data.snapshots.map((snapshot) => (
                  <li key={snapshot.id}>
                    <span title={formatAbsolute(snapshot.madeAt)}>
                      <Age ms={snapshot.madeAt} />
                    </span>
                    <span className="soft">{`${countOf(snapshot.items, "item", "items")}, ${formatSize(snapshot.bytes)}`}</span>
                    <Button
                      size="small"
                      look="quiet"
                      aria-label={`Restore the backup of ${formatAbsolute(snapshot.madeAt)}`}
                      onClick={() => {
                        navigate(routeToRestore({ folder: settings.folder, snapshot: snapshot.id }));
                      }}
                    >
                      Restore…
                    </Button>
                  </li>
                ))}
              </ul>
              <div className="settings-apply">
                <Button size="small" disabled={isRunning} onClick={() => void start(() => platform.checkBackup(settings.folder ?? ""))}>
                  Check all backups
                </Button>
                <span className="soft">{`${formatSize(list.data.bytes)} on that disk.`}</span>
              </div>
            </div>
          ) : null}
        </>
      )}
      <div>
        <Button
          size="small"
          look="quiet"
          onClick={() => {
            navigate(routeToRestore({ folder: settings.folder }));
          }}
        >
          Bring a backup back…
        </Button>
      </div>
    </>
  );
}

function Standing({ state }: { state: BackupStateView }) {
  const { run } = state;
  const last = state.lastAt === null ? <>No backup yet.</> : <>Last backup <Age ms={state.lastAt} />.</>;
  return (
    <>
      {state.folderState === "absent" ? <Banner look="warn">The folder is not there. Plug in its disk: Atom backs up once it is there, and keeps what was backed up.</Banner> : null}
      {state.folderState !== "absent" && state.lastError !== null && run.state !== "running" ? <Banner look="bad">{sentence(state.lastError)}</Banner> : null}
      {run.task === "check" && run.check ? <CheckResult run={run} /> : null}
      {run.task === "check" && run.error ? <Banner look="bad">{sentence(run.error.message)}</Banner> : null}
      {run.backup?.warnings.map((warning) => (
        <Banner key={warning} look="warn">
          {sentence(warning)}
        </Banner>
      ))}
      <p className="soft">{last}</p>
    </>
  );
}

function CheckResult({ run }: { run: BackupRunView }) {
  if (!run.check) return null;
  if (run.check.ok) return <Banner>{`All of it can be restored: ${countOf(run.check.snapshots, "backup", "backups")}, ${formatSize(run.check.bytes)} read.`}</Banner>;
  return (
    <Banner look="bad">
      {run.check.damage.map((damage) => (
        <p key={damage}>{sentence(damage)}</p>
      ))}
    </Banner>
  );
}

function Running({ run, onCancel }: { run: BackupRunView; onCancel: () => void }) {
  const phase = PHASES[run.phase] ?? run.phase;
  return (
    <div className="backup-running">
      <span>{run.etaSeconds === null ? phase : `${phase}, about ${formatDuration(run.etaSeconds)} left`}</span>
      <ProgressBar label={run.task === "check" ? "Check of the backups" : "Backup"} progress={{ done: run.done, total: Math.max(run.total, 1), perSecond: null, etaSeconds: null }} />
      <Button size="small" onClick={onCancel}>
        Cancel
      </Button>
    </div>
  );
}
