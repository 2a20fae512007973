import { useQueryClient } from "@tanstack/react-query";
import { ScrollText } from "lucide-react";
import { useEffect, useId, useState, type ReactNode } from "react";
import { Banner } from "../../components/banner";
import { ErrorBlank, messageOf } from "../../components/blank";
import { Button } from "../../components/button";
import { Segmented } from "../../components/segmented";
import { Select } from "../../components/select";
import { Switch } from "../../components/switch";
import { useToast } from "../../components/toast";
import { keys } from "../../data/keys";
import { isShortcut } from "../../data/keyboard";
import { navigate, routeTo, useParameters } from "../../data/route";
import { useSettings, useStatus } from "../../data/queries";
import { applyTheme } from "../../data/theme";
import { useSlow } from "../../data/wait";
import type { IndexBudget, Settings, Theme } from "../../platform";
import { usePlatform } from "../../platform/context";
import { countOf } from "../../text/format";
import { AuditScreen } from "./audit-screen";
import { BackupControls } from "./backup-row";
import { Connections } from "./connections";
import { ExportControls } from "./export-row";
import { HotkeyRecorder } from "./hotkey-recorder";
import { Manners } from "./manners";
import { OcrRow } from "./ocr-row";
import { OtherPrograms } from "./other-programs";
import { ModelControls } from "./model-row";
import { Row } from "./row";
import { SearchRows } from "./search-rows";
import { Security } from "./security";
import "./settings.css";

const THEMES: readonly { value: Theme; label: string }[] = [
  { value: "system", label: "System" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
];
const BUDGETS: readonly { value: IndexBudget; label: string }[] = [
  { value: "gentle", label: "Gentle" },
  { value: "half", label: "Half" },
  { value: "full", label: "Full" },
];
const BUDGET_EFFECT: Readonly<Record<IndexBudget, string>> = {
  gentle: "One core, with rests. Slowest, and hardly noticed.",
  half: "Half of the cores. A good balance.",
  full: "All cores. Fastest; other programs and the fan will notice.",
};
const LOCK_MINUTES = [5, 15, 30, 60, 240];

export function SettingsScreen() {
  const [parameters, change] = useParameters();
  const settings = useSettings();
  const slow = useSlow(settings.isPending);
  if (parameters.get("show") === "log") {
    return (
      <AuditScreen
        onBack={() => {
          change({ show: null, kind: null }, "push");
        }}
      />
    );
  }
  return (
    <div className="page">
      <header className="page-head">
        <h1>Settings</h1>
      </header>
      <div className="page-body">
        {settings.data ? (
          <SettingsForm settings={settings.data} />
        ) : settings.error ? (
          <ErrorBlank title="Atom cannot read its settings" error={settings.error} onRetry={() => void settings.refetch()} />
        ) : (
          <div aria-busy="true">{slow ? <div className="skeleton" style={{ height: 240 }} /> : null}</div>
        )}
      </div>
    </div>
  );
}

/** Brings the row that the address names into view, once: `#/settings?at=backup`. */
function useAddressedPlace() {
  const [parameters, change] = useParameters();
  const at = parameters.get("at");
  useEffect(() => {
    const place = at === null ? null : document.getElementById(at);
    if (!place?.closest(".settings")) return;
    place.scrollIntoView({ block: "start" });
    place.focus({ preventScroll: true });
    change({ at: null });
  }, [at, change]);
}

function SettingsForm({ settings }: { settings: Settings }) {
  const platform = usePlatform();
  const client = useQueryClient();
  const say = useToast();
  const status = useStatus().data;
  const [problem, setProblem] = useState<{ field: keyof Settings; message: string } | null>(null);
  const locked = settings.lockAfterMinutes;
  useAddressedPlace();

  /** Applies at once; what the core refuses goes back to what it was. */
  const save = async <Field extends keyof Settings>(field: Field, value: Settings[Field], effect: string) => {
    const before = settings;
    const next = { ...settings, [field]: value };
    client.setQueryData(keys.settings, next);
    if (field === "theme") applyTheme(next.theme);
    try {
      client.setQueryData(keys.settings, await platform.saveSettings(next));
      setProblem(null);
      say(effect);
      return true;
    } catch (error) {
      client.setQueryData(keys.settings, before);
      if (field === "theme") applyTheme(before.theme);
      setProblem({ field, message: messageOf(error) });
      return false;
    }
  };
  const problemOf = (field: keyof Settings) => (problem?.field === field ? <Banner look="bad">{problem.message}</Banner> : null);

  return (
    <div className="settings">
      <h2 className="settings-group">General</h2>
      <Row title="Quick search shortcut" note="Works in every program. If another program has the keys already, Atom says so and keeps the old ones.">
        <HotkeyRecorder value={settings.hotkey} onRecord={(hotkey) => void save("hotkey", hotkey, `${hotkey} opens quick search now`)} />
        {problemOf("hotkey")}
      </Row>
      <Row id="theme" title="Theme" note="Of this window, quick search and the tray.">
        <Segmented label="Theme" value={settings.theme} options={THEMES} onChange={(theme) => void save("theme", theme, "Theme changed")} />
        {problemOf("theme")}
      </Row>
      <Row title="Indexing may use" note={BUDGET_EFFECT[settings.indexBudget]}>
        <Segmented label="Indexing may use" value={settings.indexBudget} options={BUDGETS} onChange={(budget) => void save("indexBudget", budget, BUDGET_EFFECT[budget])} />
        {problemOf("indexBudget")}
      </Row>
      <Manners settings={settings} problemOf={problemOf} onSave={(field, value, effect) => void save(field, value, effect)} />
      <Row title="Notifications" note="One notification when everything in a new folder can be found.">
        <Switch
          checked={settings.notifyWhenDone}
          onChange={(checked) => void save("notifyWhenDone", checked, checked ? "Atom will tell you when a folder is done" : "No notifications")}
        >
          Tell me when a folder’s first indexing is done
        </Switch>
        {problemOf("notifyWhenDone")}
      </Row>
      <OcrRow settings={settings.ocr} status={status?.ocr ?? null} problem={problemOf("ocr")} onSave={(ocr, effect) => void save("ocr", ocr, effect)} />
      <IgnoreRules
        key={settings.ignoreRules}
        value={settings.ignoreRules}
        files={status?.items ?? 0}
        problem={problemOf("ignoreRules")}
        onApply={(rules) => void save("ignoreRules", rules, "Rules applied. Atom compares every folder with the disk now.")}
      />
      <h2 className="settings-group">Search</h2>
      <Row title="Search by meaning" note="The model decides which languages are understood. Everything stays on this computer. Another model makes all vectors anew; until they are complete the present one answers.">
        <ModelControls />
      </Row>
      <SearchRows remembers={settings.rememberSearches} problem={problemOf("rememberSearches")} onRemember={(remembers, effect) => void save("rememberSearches", remembers, effect)} />
      <Security
        lock={
          <Row title="Lock by itself" note="When you do not use it, and with the screen lock and sleep of this computer. While locked nothing can be searched or indexed, and the keys are gone from memory.">
            <Select
              label="Lock after"
              value={locked === null ? "" : String(locked)}
              options={[
                { value: "", label: "Never" },
                ...[...new Set(locked === null ? LOCK_MINUTES : [...LOCK_MINUTES, locked])].sort((a, b) => a - b).map((minutes) => ({ value: String(minutes), label: `After ${countOf(minutes, "idle minute", "idle minutes")}` })),
              ]}
              onChange={(value) => void save("lockAfterMinutes", value === "" ? null : Number(value), value === "" ? "Atom locks only when you say so" : `Atom locks after ${countOf(Number(value), "idle minute", "idle minutes")}`)}
            />
            {problemOf("lockAfterMinutes")}
          </Row>
        }
      />
      <Row title="Network" note="Atom connects to nothing on its own. Behind the air gap nothing of it can, and what is connected is cut off. Every connection is listed here.">
        <Switch
          checked={settings.airGap}
          onChange={(checked) => void save("airGap", checked, checked ? "Air gap on: nothing of Atom may connect" : "Air gap off")}
        >
          Air gap
        </Switch>
        {problemOf("airGap")}
        <Connections />
      </Row>
      <Row
        id="programs"
        title="Other programs"
        note="AI assistants (over MCP) and scripts (over JSON-RPC) may search with Atom and read what is found, in the folders that you choose. They change nothing. The activity log says who asked and how often, never what."
      >
        <OtherPrograms />
      </Row>
      <Row id="backup" title="Backup" note="Encrypted copies of everything that Atom knows, in a folder or on a disk that you plug in. Only what is new is written. Without your passphrase or the recovery code nobody can read them.">
        <BackupControls settings={settings.backup} problem={problemOf("backup")} onSave={(backup, effect) => save("backup", backup, effect)} />
      </Row>
      <Row title="Export" note="Everything as plain text, for other programs. Nobody needs your passphrase to read it. An import takes folders and settings of an export over.">
        <ExportControls />
      </Row>
      <Row title="Activity log" note="What was done to the vault, by whom and when: opening and refused attempts, folders, settings, backups. Never what you search or read.">
        <div>
          <Button
            onClick={() => {
              navigate(routeTo("settings", { show: "log" }));
            }}
          >
            <ScrollText size={16} aria-hidden /> Show the activity log
          </Button>
        </div>
      </Row>
    </div>
  );
}

interface IgnoreRulesProps {
  value: string;
  files: number;
  problem: ReactNode;
  onApply: (rules: string) => void;
}

/** Half a rule can throw out a whole folder, so these wait for a button. */
function IgnoreRules({ value, files, problem, onApply }: IgnoreRulesProps) {
  const { isMac } = usePlatform();
  const [rules, setRules] = useState(value);
  const id = useId();
  const changed = rules !== value;
  return (
    <Row title="Ignore rules" note="One pattern a line, as in .gitignore. They apply in every folder, besides .gitignore and .atomignore files. What they match leaves the index.">
      <label htmlFor={id} className="only-for-readers">
        Ignore rules
      </label>
      <textarea
        id={id}
        className="field"
        rows={6}
        spellCheck={false}
        placeholder={"*.log\n/Downloads/tmp/\n!important.log"}
        value={rules}
        onChange={(event) => {
          setRules(event.target.value);
        }}
        onKeyDown={(event) => {
          if (changed && isShortcut(event, "Mod+Enter", isMac)) onApply(rules);
        }}
      />
      {problem}
      <div className="settings-apply">
        <Button
          look={changed ? "main" : "normal"}
          disabled={!changed}
          shortcut="Mod+Enter"
          onClick={() => {
            onApply(rules);
          }}
        >
          Apply rules
        </Button>
        <span className="soft">{changed ? `Compares ${countOf(files, "file", "files")} with the new rules.` : ""}</span>
      </div>
    </Row>
  );
}
