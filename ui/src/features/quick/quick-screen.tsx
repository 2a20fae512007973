import { Lock, SearchX } from "lucide-react";
import { useCallback, useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { Blank, ErrorBlank } from "../../components/blank";
import { Button } from "../../components/button";
import { hitElementId, HitList } from "../../components/hit-list";
import { Keycaps } from "../../components/keycaps";
import { Name } from "../../components/name";
import { Preview, type PreviewHandle } from "../../components/preview";
import { QueryBox } from "../../components/query-box";
import { useItemActions } from "../../components/use-item-actions";
import { useForgetWhenLocked } from "../../data/events";
import { isShortcut } from "../../data/keyboard";
import { useRecent, useSettings, useStatus, useVault } from "../../data/queries";
import { routeTo } from "../../data/route";
import { useSearch } from "../../data/search";
import { applyTheme } from "../../data/theme";
import { useSlow } from "../../data/wait";
import type { Chip, HitView } from "../../platform";
import { usePlatform } from "../../platform/context";
import { countOf } from "../../text/format";
import { ActionMenu, type Action } from "./action-menu";
import "./quick.css";

const MOST = 50;
const NO_CHIPS: readonly Chip[] = [];

/** The window behind the hotkey: one line, results, keys. */
export function QuickScreen() {
  const vault = useVault();
  const platform = usePlatform();
  const [shown, setShown] = useState(0);
  useForgetWhenLocked(vault.data?.state);
  useEffect(
    () =>
      platform.on("quickShown", () => {
        setShown((before) => before + 1);
      }),
    [platform],
  );
  if (!vault.data) return vault.error ? <ErrorBlank title="Atom does not answer" error={vault.error} onRetry={() => void vault.refetch()} /> : null;
  // A new key is a new state: every showing starts afresh.
  return vault.data.state === "open" ? <OpenQuick key={shown} /> : <LockedQuick key={shown} isNew={vault.data.state === "absent"} />;
}

function LockedQuick({ isNew }: { isNew: boolean }) {
  const platform = usePlatform();
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    button.current?.focus();
  }, []);
  const unlock = () => {
    void platform.openMain("/search");
    void platform.hideQuick();
  };
  return (
    <main
      className="quick quick-locked"
      onKeyDown={(event) => {
        if (event.key === "Escape") void platform.hideQuick();
      }}
    >
      <h1 className="only-for-readers">Quick search</h1>
      <Blank
        icon={Lock}
        title={isNew ? "Atom is not set up yet" : "Atom is locked"}
        actions={
          <button ref={button} type="button" className="button main" onClick={unlock}>
            {isNew ? "Set up Atom" : "Unlock Atom"}
          </button>
        }
      >
        <p>{isNew ? "Choose a passphrase and the folders to search." : "Your index is encrypted until you unlock it."}</p>
      </Blank>
    </main>
  );
}

function OpenQuick() {
  const platform = usePlatform();
  const actions = useItemActions();
  const listId = useId();
  const input = useRef<HTMLInputElement>(null);
  const preview = useRef<PreviewHandle>(null);
  const settings = useSettings().data;
  const [query, setQueryText] = useState("");
  const [chosen, setChosen] = useState<string | null>(null);
  const [open, setOpen] = useState<"preview" | "actions" | null>(null);

  const isEmpty = query.trim() === "";
  const search = useSearch(query, "hybrid", MOST, chosen);
  const recent = useRecent(isEmpty);
  const hits = useMemo(() => (isEmpty ? (recent.data ?? []) : search.hits), [isEmpty, recent.data, search.hits]);
  const selected = hits.find((hit) => hit.id === chosen) ?? hits[0] ?? null;
  const selectedIndex = selected ? hits.indexOf(selected) : -1;
  const chips = search.response?.query === query ? search.response.chips : NO_CHIPS;

  useEffect(() => {
    input.current?.focus();
  }, []);
  useEffect(() => {
    if (settings) applyTheme(settings.theme);
  }, [settings]);

  const setQuery = useCallback((next: string) => {
    setQueryText(next);
    setChosen(null);
    setOpen((before) => (before === "actions" ? null : before));
  }, []);

  const hide = () => void platform.hideQuick();
  const openHit = async (hit: HitView | undefined) => {
    if (hit && (await actions.open(hit.id))) hide();
  };
  const revealHit = async (hit: HitView) => {
    if (await actions.reveal(hit.id)) hide();
  };
  const openMain = (route: string) => {
    void platform.openMain(route);
    hide();
  };
  const move = (by: number) => {
    const next = hits[Math.min(hits.length - 1, Math.max(0, selectedIndex + by))];
    if (next) setChosen(next.id);
  };
  const togglePreview = () => {
    setOpen((before) => (before === "preview" ? null : selected ? "preview" : null));
  };

  const itemActions: Action[] = selected
    ? [
        { label: selected.archive === null ? "Open" : "Open archive", shortcut: "Enter", run: () => void openHit(selected) },
        { label: "Show in folder", shortcut: "Mod+Enter", run: () => void revealHit(selected) },
        { label: "Preview", shortcut: "Mod+Y", run: togglePreview },
        { label: "Copy path", shortcut: "Mod+C", run: () => void actions.copyPath(selected.id) },
        ...(selected.snippet ? [{ label: "Copy passage", shortcut: "Mod+Shift+C", run: () => selected.snippet && void actions.copyText(selected.snippet.text) }] : []),
      ]
    : [];
  const allActions: Action[] = [
    ...itemActions,
    { label: "Search in the main window", run: () => { openMain(routeTo("search", { q: query }).slice(1)); } },
    { label: "Settings", shortcut: "Mod+,", run: () => { openMain("/settings"); } },
  ];

  const handleKey = (event: KeyboardEvent<HTMLInputElement>, text: string) => {
    const is = (shortcut: string) => isShortcut(event, shortcut, platform.isMac);
    const take = (what: () => void) => {
      event.preventDefault();
      what();
    };
    const row = /^[1-9]$/.test(event.key) ? Number(event.key) : 0;
    const emptyTail = (text === "" || text.endsWith(" ")) && event.currentTarget.selectionStart === text.length;
    if (is("ArrowDown") || is("Ctrl+N")) take(() => { move(1); });
    else if (is("ArrowUp") || is("Ctrl+P")) take(() => { move(-1); });
    else if (is("PageDown")) take(() => { move(8); });
    else if (is("PageUp")) take(() => { move(-8); });
    else if (is("Enter")) take(() => void openHit(selected ?? undefined));
    else if (is("Mod+Enter")) take(() => selected && void revealHit(selected));
    else if (row > 0 && is(`Mod+${row}`)) take(() => void openHit(hits[row - 1]));
    else if (is("Mod+Y") || (is(" ") && emptyTail && selected)) take(togglePreview);
    else if (is("Shift+ArrowDown") && open === "preview") take(() => preview.current?.step(1));
    else if (is("Shift+ArrowUp") && open === "preview") take(() => preview.current?.step(-1));
    else if (is("Mod+C") && nothingSelected(event.currentTarget)) take(() => selected && void actions.copyPath(selected.id));
    else if (is("Mod+Shift+C")) take(() => selected?.snippet && void actions.copyText(selected.snippet.text));
    else if (is("Mod+K")) take(() => { setOpen("actions"); });
    else if (is("Mod+,")) take(() => { openMain("/settings"); });
    else if (is("Escape")) take(() => {
      if (open) setOpen(null);
      else if (query !== "") setQuery("");
      else hide();
    });
  };

  return (
    <main className="quick">
      <h1 className="only-for-readers">Quick search</h1>
      <header className="quick-head">
        <QueryBox
          query={query}
          onQuery={setQuery}
          chips={chips}
          label="Quick search"
          placeholder="Search your files"
          listId={listId}
          activeId={selected && open !== "preview" ? hitElementId(listId, selected.id) : null}
          onKeyDown={handleKey}
          inputRef={input}
        />
      </header>
      <div className="quick-body">
        {open === "preview" && selected ? (
          <Preview
            key={selected.id}
            hit={selected}
            query={query}
            handle={preview}
            onOpen={() => void openHit(selected)}
            onReveal={() => void revealHit(selected)}
            onCopyPath={() => void actions.copyPath(selected.id)}
          />
        ) : hits.length > 0 ? (
          <HitList
            id={listId}
            label={isEmpty ? "Recent files" : "Results"}
            hits={hits}
            selectedId={selected?.id ?? null}
            onSelect={setChosen}
            onOpen={(id) => void openHit(hits.find((hit) => hit.id === id))}
          />
        ) : (
          <NothingThere query={query} isEmpty={isEmpty} isPending={isEmpty ? recent.isPending : search.isPending || search.isPartial} error={isEmpty ? recent.error : search.error} onRetry={search.retry} />
        )}
        {open === "actions" ? (
          <ActionMenu
            actions={allActions}
            onClose={() => {
              setOpen(null);
              input.current?.focus();
            }}
          />
        ) : null}
      </div>
      <Footer notice={isEmpty ? "Recent files" : (search.response?.notices.find((notice) => notice.code !== "empty-query")?.message ?? null)} hasHit={selected !== null} onActions={() => { setOpen("actions"); }} />
    </main>
  );
}

function nothingSelected(input: HTMLInputElement): boolean {
  return input.selectionStart === input.selectionEnd && (window.getSelection()?.toString() ?? "") === "";
}

function NothingThere({ query, isEmpty, isPending, error, onRetry }: { query: string; isEmpty: boolean; isPending: boolean; error: Error | null; onRetry: () => void }) {
  const status = useStatus().data;
  const slow = useSlow(isPending);
  if (error) return <ErrorBlank title="The search did not work" error={error} onRetry={onRetry} />;
  if (isPending) return <div aria-busy="true">{slow ? <p className="quick-waiting">Searching…</p> : null}</div>;
  if (isEmpty) {
    return (
      <Blank icon={SearchX} title="Nothing indexed yet">
        <p>Add a folder in the main window, then search it here.</p>
      </Blank>
    );
  }
  const left = status ? status.progress.words.total - status.progress.words.done : 0;
  return (
    <Blank icon={SearchX} title="Nothing found">
      <p>
        Nothing matches <Name text={query} />.
      </p>
      <p>{left > 0 ? `${countOf(left, "file is", "files are")} not read yet: it may be among them.` : "Try fewer words, or another word for it."}</p>
    </Blank>
  );
}

function Footer({ notice, hasHit, onActions }: { notice: string | null; hasHit: boolean; onActions: () => void }) {
  return (
    <footer className="quick-foot">
      <span className="cut grow" role="status">
        {notice}
      </span>
      {hasHit ? (
        <span className="quick-main">
          Open <Keycaps shortcut="Enter" />
        </span>
      ) : null}
      <Button look="quiet" size="small" tabIndex={-1} onClick={onActions}>
        Actions <Keycaps shortcut="Mod+K" />
      </Button>
    </footer>
  );
}
