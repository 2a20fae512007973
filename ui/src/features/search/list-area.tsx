import { FileSearch, FolderPlus, SearchX } from "lucide-react";
import { Blank, ErrorBlank } from "../../components/blank";
import { Button } from "../../components/button";
import { HitList, type HitGroup } from "../../components/hit-list";
import { Name } from "../../components/name";
import { useStatus } from "../../data/queries";
import { navigate, routeTo } from "../../data/route";
import type { SearchState } from "../../data/search";
import { useSlow } from "../../data/wait";
import type { HitView, StatusView } from "../../platform";
import { countOf } from "../../text/format";

interface ListAreaProps {
  listId: string;
  /** What was searched with all filters; null where results are like an item or a text. */
  composed: string | null;
  hits: readonly HitView[];
  groups: readonly HitGroup[];
  search: SearchState;
  recentPending: boolean;
  recentError: Error | null;
  selectedId: string | null;
  hasFilters: boolean;
  onSelect: (id: string) => void;
  onOpen: (id: string) => void;
  onNearEnd: () => void;
  onReset: () => void;
  onReference: () => void;
}

/** The results, or what stands in their place. */
export function ListArea(props: ListAreaProps) {
  const { composed, hits, search } = props;
  const status = useStatus().data;
  const isRecent = composed === "";
  const waiting = isRecent ? props.recentPending : search.isPending && hits.length === 0;
  const slow = useSlow(waiting);
  if (search.error) return <ErrorBlank title="The search did not work" error={search.error} onRetry={search.retry} />;
  if (isRecent && props.recentError) return <ErrorBlank title="Atom cannot list your files" error={props.recentError} />;
  if (waiting) return <div aria-busy="true">{slow ? <ListSkeleton /> : null}</div>;
  if (hits.length > 0) {
    return (
      <HitList id={props.listId} label="Results" hits={hits} groups={props.groups} selectedId={props.selectedId} onSelect={props.onSelect} onOpen={props.onOpen} onNearEnd={props.onNearEnd} />
    );
  }
  if (isRecent) return <NothingYet status={status} onReference={props.onReference} />;
  if (search.isPending || search.isPartial) return <div aria-busy="true">{slow ? <ListSkeleton /> : null}</div>;
  return <NothingFound {...props} status={status} />;
}

function NothingYet({ status, onReference }: { status: StatusView | undefined; onReference: () => void }) {
  return status && status.items > 0 ? (
    <Blank icon={FileSearch} title="Search your files" actions={<Button onClick={onReference}>Operators</Button>}>
      <p>Type words, or say what a file is about.</p>
    </Blank>
  ) : (
    <Blank
      icon={FolderPlus}
      title="No folders yet"
      actions={
        <Button look="main" onClick={() => { navigate(routeTo("sources", { add: "1" })); }}>
          Add a folder
        </Button>
      }
    >
      <p>Atom searches the folders that you choose.</p>
    </Blank>
  );
}

function NothingFound({ composed, hasFilters, onReset, onReference, status }: ListAreaProps & { status: StatusView | undefined }) {
  const left = status ? status.progress.words.total - status.progress.words.done : 0;
  if (composed === null) {
    return (
      <Blank icon={SearchX} title="Nothing is like it">
        <p>No file is about the same. {left > 0 ? `${countOf(left, "file is", "files are")} not read yet: it may be among them.` : ""}</p>
      </Blank>
    );
  }
  return (
    <Blank
      icon={SearchX}
      title="Nothing found"
      actions={
        <>
          {hasFilters ? <Button onClick={onReset}>Search without filters</Button> : null}
          <Button onClick={onReference}>Operators</Button>
        </>
      }
    >
      <p>
        Nothing matches <Name text={composed} />.
      </p>
      <p>{status ? unfinished(left) : ""}</p>
    </Blank>
  );
}

function unfinished(left: number): string {
  return left > 0 ? `${countOf(left, "file is", "files are")} not read yet: it may be among them.` : "Everything is indexed. Try fewer or other words.";
}

function ListSkeleton() {
  return (
    <div className="list-skeleton">
      {[62, 48, 70, 55, 66, 44].map((width) => (
        <div key={width}>
          <div className="skeleton" style={{ width: `${width}%`, height: 12 }} />
          <div className="skeleton" style={{ width: `${Math.min(96, width + 24)}%`, height: 10, marginTop: 8 }} />
        </div>
      ))}
    </div>
  );
}
