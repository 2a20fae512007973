import { FileSearch, FolderPlus, SearchX } from "lucide-react";
import { useCallback, useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { Banner } from "../../components/banner";
import { Blank, ErrorBlank } from "../../components/blank";
import { Button } from "../../components/button";
import { hitElementId, HitList } from "../../components/hit-list";
import { KINDS, kindLabel } from "../../components/kind-icon";
import { Name } from "../../components/name";
import { Preview, type PreviewHandle } from "../../components/preview";
import { QueryBox } from "../../components/query-box";
import { SaveSearchButton } from "../../components/save-search";
import { Segmented } from "../../components/segmented";
import { Select } from "../../components/select";
import { useItemActions } from "../../components/use-item-actions";
import { isShortcut, isTyping, useWindowKeys } from "../../data/keyboard";
import { useRecent, useSources, useStatus } from "../../data/queries";
import { navigate, routeTo, useParameters } from "../../data/route";
import { useSearch, type SearchState } from "../../data/search";
import { useSlow } from "../../data/wait";
import type { Chip, HitView, SearchMode } from "../../platform";
import { usePlatform } from "../../platform/context";
import { countOf, formatCount } from "../../text/format";
import { visibleLine } from "../../text/visible";
import { composeQuery, DATES, type Filters } from "./filters";
import "./search.css";

const PAGE = 100;
const MOST = 1_000;
const NO_CHIPS: readonly Chip[] = [];

const MODES: readonly { value: SearchMode; label: string; title: string }[] = [
  { value: "hybrid", label: "Both", title: "Words and meaning together" },
  { value: "words", label: "Words", title: "Only what contains the words" },
  { value: "meaning", label: "Meaning", title: "Only what is about the same thing" },
];

function modeOf(text: string | null): SearchMode {
  return MODES.find((mode) => mode.value === text)?.value ?? "hybrid";
}

export function SearchScreen() {
  const platform = usePlatform();
  const [parameters, change] = useParameters();
  const actions = useItemActions();
  const listId = useId();
  const input = useRef<HTMLInputElement>(null);
  const preview = useRef<PreviewHandle>(null);

  const query = parameters.get("q") ?? "";
  const mode = modeOf(parameters.get("mode"));
  const filters: Filters = { kind: parameters.get("kind") ?? "", date: parameters.get("date") ?? "", folder: parameters.get("in") ?? "" };
  const composed = composeQuery(query, filters);
  const chosen = parameters.get("id");

  const [room, setRoom] = useState({ composed, limit: PAGE });
  const limit = room.composed === composed ? room.limit : PAGE;
  const search = useSearch(composed, mode, limit, chosen);
  const recent = useRecent(composed === "");
  const hits = useMemo(() => (composed === "" ? (recent.data ?? []) : search.hits), [composed, recent.data, search.hits]);
  const selected = hits.find((hit) => hit.id === chosen) ?? hits[0] ?? null;
  const selectedIndex = selected ? hits.indexOf(selected) : -1;

  const answered = search.response?.query === composed ? search.response : null;
  const chips = useMemo(() => answered?.chips.filter((chip) => chip.end <= query.length) ?? NO_CHIPS, [answered, query.length]);

  useEffect(() => {
    input.current?.focus();
  }, []);

  const setQuery = useCallback(
    (next: string) => {
      change({ q: next, id: null });
    },
    [change],
  );

  const growRoom = useCallback(() => {
    const total = search.response?.total ?? 0;
    if (total > limit && limit < MOST) setRoom({ composed, limit: Math.min(MOST, limit * 2) });
  }, [search.response, limit, composed]);

  const select = (hit: HitView | undefined) => {
    if (hit) change({ id: hit.id });
  };

  const act = (event: { preventDefault: () => void }, what: (hit: HitView) => void) => {
    if (!selected) return;
    event.preventDefault();
    what(selected);
  };

  const handleKey = (event: KeyboardEvent<HTMLInputElement>) => {
    const is = (shortcut: string) => isShortcut(event, shortcut, platform.isMac);
    const move = (by: number) => {
      event.preventDefault();
      select(hits[Math.min(hits.length - 1, Math.max(0, selectedIndex + by))]);
    };
    if (is("ArrowDown") || is("Ctrl+N")) move(1);
    else if (is("ArrowUp") || is("Ctrl+P")) move(-1);
    else if (is("PageDown")) move(10);
    else if (is("PageUp")) move(-10);
    else if (is("Mod+Home")) move(-hits.length);
    else if (is("Mod+End")) move(hits.length);
    else if (is("Enter")) act(event, (hit) => void actions.open(hit.id));
    else if (is("Escape") && query !== "") {
      event.preventDefault();
      change({ q: null, id: null });
    }
  };

  const stepPreview = (event: globalThis.KeyboardEvent, by: 1 | -1) => {
    if (isTyping(event.target) && event.target !== input.current) return;
    event.preventDefault();
    preview.current?.step(by);
  };

  useWindowKeys((event) => {
    const is = (shortcut: string) => isShortcut(event, shortcut, platform.isMac);
    if (event.defaultPrevented) return;
    if (is("Mod+F") || (is("/") && !isTyping(event.target))) {
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    } else if (is("Mod+Enter")) act(event, (hit) => void actions.reveal(hit.id));
    else if (is("Mod+C") && nothingSelected()) act(event, (hit) => void actions.copyPath(hit.id));
    else if (is("Mod+Shift+C")) act(event, (hit) => hit.snippet && void actions.copyText(hit.snippet.text));
    else if (is("Shift+ArrowDown") && selected) stepPreview(event, 1);
    else if (is("Shift+ArrowUp") && selected) stepPreview(event, -1);
  });

  return (
    <div className="search-screen">
      <h1 className="only-for-readers">Search</h1>
      <header className="search-head">
        <QueryBox
          query={query}
          onQuery={setQuery}
          chips={chips}
          label="Search"
          placeholder="Search by word or by meaning"
          listId={listId}
          activeId={selected ? hitElementId(listId, selected.id) : null}
          onKeyDown={handleKey}
          inputRef={input}
        />
        <Segmented
          label="Search by"
          value={mode}
          options={MODES}
          onChange={(next) => {
            change({ mode: next === "hybrid" ? null : next, id: null }, "push");
          }}
        />
      </header>
      <FilterRow filters={filters} onChange={(changes) => { change({ ...changes, id: null }, "push"); }} search={search} composed={composed} />
      <div className="search-body">
        <div className="search-list">
          <Notices search={search} onQuery={setQuery} />
          <ListArea
            listId={listId}
            composed={composed}
            hits={hits}
            search={search}
            recentPending={recent.isPending}
            recentError={recent.error}
            selectedId={selected?.id ?? null}
            onSelect={(id) => {
              change({ id });
            }}
            onOpen={(id) => void actions.open(id)}
            onNearEnd={growRoom}
            onReset={() => {
              change({ kind: null, date: null, in: null, mode: null }, "push");
            }}
            hasFilters={Boolean(filters.kind || filters.date || filters.folder || mode !== "hybrid")}
          />
        </div>
        <div className="search-preview">
          {selected ? (
            <Preview
              key={selected.id}
              hit={selected}
              query={composed}
              handle={preview}
              onOpen={() => void actions.open(selected.id)}
              onReveal={() => void actions.reveal(selected.id)}
              onCopyPath={() => void actions.copyPath(selected.id)}
            />
          ) : null}
        </div>
      </div>
    </div>
  );
}

function nothingSelected(): boolean {
  const active = document.activeElement;
  if (active instanceof HTMLInputElement || active instanceof HTMLTextAreaElement) {
    if (active.selectionStart !== active.selectionEnd) return false;
  }
  return window.getSelection()?.isCollapsed ?? true;
}

interface FilterRowProps {
  filters: Filters;
  onChange: (changes: { kind?: string; date?: string; in?: string }) => void;
  search: SearchState;
  composed: string;
}

function FilterRow({ filters, onChange, search, composed }: FilterRowProps) {
  const sources = useSources().data ?? [];
  const folders = sources.map((source) => ({ value: source.path, label: visibleLine(source.path) }));
  if (filters.folder && !folders.some((folder) => folder.value === filters.folder)) folders.push({ value: filters.folder, label: visibleLine(filters.folder) });
  const response = search.response;
  return (
    <div className="search-filters">
      <Select
        label="Kind"
        value={filters.kind}
        options={[{ value: "", label: "Any kind" }, ...KINDS.map((kind) => ({ value: kind, label: kindLabel(kind) }))]}
        onChange={(kind) => {
          onChange({ kind });
        }}
      />
      <Select
        label="Date"
        value={filters.date}
        options={[{ value: "", label: "Any time" }, ...DATES]}
        onChange={(date) => {
          onChange({ date });
        }}
      />
      <Select
        label="Folder"
        value={filters.folder}
        options={[{ value: "", label: "All folders" }, ...folders]}
        onChange={(folder) => {
          onChange({ in: folder });
        }}
      />
      {composed === "" ? null : <SaveSearchButton query={composed} />}
      <span className="search-count soft" role="status">
        {composed === "" ? "Changed last" : response ? summary(response.total, response.tookMs, search.isPartial) : ""}
      </span>
    </div>
  );
}

function summary(total: number, tookMs: number | null, isPartial: boolean): string {
  const time = tookMs === null ? "" : `, ${formatCount(Math.max(1, Math.round(tookMs)))} ms`;
  return `${countOf(total, "result", "results")}${time}${isPartial ? ", looking for meaning…" : ""}`;
}

function Notices({ search, onQuery }: { search: SearchState; onQuery: (query: string) => void }) {
  const notices = search.response?.notices.filter((notice) => notice.code !== "empty-query") ?? [];
  if (notices.length === 0 && !search.warning) return null;
  return (
    <div className="search-notices">
      {search.warning ? (
        <Banner look="warn" action={<Button size="small" onClick={search.retry}>Try again</Button>}>
          {`Only words were searched. ${search.warning}`}
        </Banner>
      ) : null}
      {notices.map((notice) => (
        <Banner
          key={notice.code + notice.message}
          action={
            notice.code === "corrected" && search.response ? (
              <Button size="small" onClick={() => { onQuery(exactly(search.response?.query ?? "")); }}>
                Search exactly this
              </Button>
            ) : undefined
          }
        >
          {visibleLine(notice.message)}
        </Banner>
      ))}
    </div>
  );
}

/** `=word` asks for the word as typed. */
function exactly(query: string): string {
  return query
    .split(/\s+/)
    .map((word) => (/^[\p{L}\p{N}]+$/u.test(word) && word !== "OR" ? `=${word}` : word))
    .join(" ");
}

interface ListAreaProps {
  listId: string;
  composed: string;
  hits: readonly HitView[];
  search: SearchState;
  recentPending: boolean;
  recentError: Error | null;
  selectedId: string | null;
  hasFilters: boolean;
  onSelect: (id: string) => void;
  onOpen: (id: string) => void;
  onNearEnd: () => void;
  onReset: () => void;
}

function ListArea(props: ListAreaProps) {
  const { composed, hits, search } = props;
  const status = useStatus().data;
  const waiting = composed === "" ? props.recentPending : search.isPending && hits.length === 0;
  const slow = useSlow(waiting);
  if (search.error) return <ErrorBlank title="The search did not work" error={search.error} onRetry={search.retry} />;
  if (composed === "" && props.recentError) return <ErrorBlank title="Atom cannot list your files" error={props.recentError} />;
  if (waiting) return <div aria-busy="true">{slow ? <ListSkeleton /> : null}</div>;
  if (hits.length > 0) {
    return (
      <HitList id={props.listId} label="Results" hits={hits} selectedId={props.selectedId} onSelect={props.onSelect} onOpen={props.onOpen} onNearEnd={props.onNearEnd} />
    );
  }
  if (composed === "") {
    return status && status.items > 0 ? (
      <Blank icon={FileSearch} title="Search your files">
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
  if (search.isPending || search.isPartial) return <div aria-busy="true">{slow ? <ListSkeleton /> : null}</div>;
  return (
    <Blank icon={SearchX} title="Nothing found" actions={props.hasFilters ? <Button onClick={props.onReset}>Search without filters</Button> : undefined}>
      <p>
        Nothing matches <Name text={composed} />.
      </p>
      <p>{status ? unfinished(status.progress.words.total - status.progress.words.done) : ""}</p>
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
