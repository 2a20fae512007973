import { useQueryClient } from "@tanstack/react-query";
import { ChevronLeft, FileSearch, RotateCw } from "lucide-react";
import { Blank } from "../../components/blank";
import { messageOf } from "../../components/blank";
import { Button, IconButton } from "../../components/button";
import { Name } from "../../components/name";
import { Select } from "../../components/select";
import { FILE_STATE_NAMES, RETRYABLE_STATES, stateLabel } from "../../components/state-badge";
import { useToast } from "../../components/toast";
import { useParameters } from "../../data/route";
import type { SourceView } from "../../platform";
import { usePlatform } from "../../platform/context";
import { countOf, formatCount } from "../../text/format";
import { visibleLine } from "../../text/visible";
import { FileTable } from "./file-table";

/** Every file of a folder with its state and the reason for it. */
export function SourceFiles({ source, id, onBack }: { source: SourceView | null; id: string; onBack: () => void }) {
  const platform = usePlatform();
  const client = useQueryClient();
  const say = useToast();
  const [parameters, change] = useParameters();
  const state = parameters.get("state") ?? "";
  const query = parameters.get("q") ?? "";
  const states = state === "failed" ? [...RETRYABLE_STATES] : state === "" ? [] : [state];
  const countOfState = (name: string) => source?.counts.find((one) => one.state === name)?.count ?? 0;
  const retryable = (states.length > 0 ? states : RETRYABLE_STATES).filter((name) => RETRYABLE_STATES.includes(name));
  const retryCount = retryable.reduce((sum, name) => sum + countOfState(name), 0);

  const retry = async (request: { states: string[]; id: string | null }) => {
    try {
      const count = await platform.retryFiles({ source: id, ...request });
      say(`Trying ${countOf(count, "file", "files")} again`);
    } catch (error) {
      say(messageOf(error));
    }
    void client.invalidateQueries({ queryKey: ["files"] });
    void client.invalidateQueries({ queryKey: ["sources"] });
  };

  return (
    <div className="page files-page">
      <header className="page-head">
        <IconButton label="Back to Sources" onClick={onBack}>
          <ChevronLeft size={18} aria-hidden />
        </IconButton>
        <h1 className="cut" title={source ? visibleLine(source.path) : undefined}>
          {source ? <Name text={source.path} /> : "Files"}
        </h1>
      </header>
      <div className="files-tools">
        <Select
          label="State"
          value={state}
          options={[
            { value: "", label: source ? `All states (${formatCount(source.files)})` : "All states" },
            { value: "failed", label: "Every failure" },
            ...FILE_STATE_NAMES.map((name) => ({ value: name, label: `${stateLabel("file", name)} (${formatCount(countOfState(name))})` })),
          ]}
          onChange={(next) => {
            change({ state: next }, "push");
          }}
        />
        <input
          className="field files-filter"
          type="search"
          aria-label="Filter by path"
          placeholder="Filter by path"
          value={query}
          spellCheck={false}
          onChange={(event) => {
            change({ q: event.target.value });
          }}
        />
        {retryCount > 0 ? (
          <Button className="files-retry" size="small" onClick={() => void retry({ states: retryable, id: null })}>
            <RotateCw size={14} aria-hidden /> {`Try ${countOf(retryCount, "file", "files")} again`}
          </Button>
        ) : null}
      </div>
      <FileTable
        key={`${id} ${state} ${query}`}
        filter={{ source: id, states, query }}
        onRetry={(file) => void retry({ states: [], id: file.id })}
        empty={
          <Blank
            icon={FileSearch}
            title="No such files"
            actions={
              state || query ? (
                <Button
                  onClick={() => {
                    change({ state: null, q: null }, "push");
                  }}
                >
                  Show all files
                </Button>
              ) : undefined
            }
          >
            <p>{state || query ? "No file of this folder is in this state and has this in its path." : "This folder holds no files, or your ignore rules leave all of them out."}</p>
          </Blank>
        }
      />
    </div>
  );
}
