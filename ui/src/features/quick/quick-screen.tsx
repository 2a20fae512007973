import { Lock } from "lucide-react";
import { useCallback, useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { Blank, ErrorBlank, messageOf } from "../../components/blank";
import { Preview, type PreviewHandle } from "../../components/preview";
import { QueryBox } from "../../components/query-box";
import { SaveSearchDialog, useRemoveSaved } from "../../components/save-search";
import { useToast } from "../../components/toast";
import { useItemActions } from "../../components/use-item-actions";
import { foundAs } from "../../components/why";
import { useForgetWhenLocked } from "../../data/events";
import { isShortcut, useWindowKeys, type KeyPress } from "../../data/keyboard";
import { useHistory, useHistoryChanges, usePrograms, useSaved, useSavedChanges } from "../../data/personal";
import { useRecent, useSettings, useStatus, useVault } from "../../data/queries";
import { routeToSearch } from "../../data/route";
import { useNoteSearch } from "../../data/note-search";
import { useSearch } from "../../data/search";
import { applyTheme } from "../../data/theme";
import type { Chip, HitView, ProgramView } from "../../platform";
import { usePlatform } from "../../platform/context";
import { ActionMenu } from "./action-menu";
import type { Command } from "./commands";
import { Footer } from "./footer";
import { NothingThere } from "./nothing-there";
import { OpenWith } from "./open-with";
import { QuickList, rowElementId } from "./quick-list";
import { actionsFor, mainLabel, type Deeds } from "./row-actions";
import { answerRow, namedRows, placeRows, restSections, type QuickRow } from "./rows";
import { KEYS } from "./shortcuts";
import { useHistoryWalk, type Walk } from "./use-history-walk";
import { useSteadyRows } from "./use-steady-rows";
import "./quick.css";

const MOST = 50;
/** As many past searches as a person walks through. */
const MOST_PAST = 200;
const NO_CHIPS: readonly Chip[] = [];
const NO_PROGRAMS: readonly ProgramView[] = [];

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

/** What lies over the list. */
type Open = "preview" | "actions" | "open-with" | "save";

function OpenQuick() {
  const platform = usePlatform();
  const say = useToast();
  const items = useItemActions();
  const changes = useHistoryChanges();
  const savedChanges = useSavedChanges();
  const removeSaved = useRemoveSaved();
  const listId = useId();
  const input = useRef<HTMLInputElement>(null);
  const preview = useRef<PreviewHandle>(null);
  const settings = useSettings().data;
  const isPaused = useStatus().data?.paused ?? false;
  const programs = usePrograms().data ?? NO_PROGRAMS;
  const history = useHistory(MOST_PAST);
  const saved = useSaved();
  const [query, setQueryText] = useState("");
  const [chosen, setChosen] = useState<string | null>(null);
  const [open, setOpen] = useState<Open | null>(null);

  const isEmpty = query.trim() === "";
  const search = useSearch(query, "hybrid", MOST, chosen);
  const recent = useRecent(isEmpty);
  const answered = search.response?.query ?? null;

  const found = useMemo(() => (isEmpty ? [] : placeRows(answerRow(query), namedRows(query, programs, isPaused), search.hits)), [isEmpty, query, programs, isPaused, search.hits]);
  const steady = useSteadyRows(query, answered, found, chosen);
  const sections = useMemo(
    () => (isEmpty ? restSections(recent.data ?? [], saved.data ?? [], history.data ?? []) : steady.length > 0 ? [{ title: null, rows: steady }] : []),
    [isEmpty, steady, recent.data, saved.data, history.data],
  );
  const rows = useMemo(() => sections.flatMap((section) => section.rows), [sections]);
  const selected = rows.find((row) => row.id === chosen) ?? rows[0] ?? null;
  const selectedIndex = selected ? rows.indexOf(selected) : -1;
  const hit = selected?.kind === "hit" ? selected.hit : null;
  const chips = answered === query ? (search.response?.chips ?? NO_CHIPS) : NO_CHIPS;

  useEffect(() => {
    if (open === null || open === "preview") input.current?.focus();
  }, [open]);
  useEffect(() => {
    if (settings) applyTheme(settings.theme);
  }, [settings]);

  const putQuery = useCallback((next: string) => {
    setQueryText(next);
    setChosen(null);
    setOpen((before) => (before === "preview" ? before : null));
  }, []);
  const { walk, older, newer, edited, end: endWalk } = useHistoryWalk(history.data ?? [], putQuery);
  const setQuery = (next: string) => {
    endWalk();
    putQuery(next);
  };
  const noteSearch = useNoteSearch(isEmpty ? "" : query, search);

  const hide = () => void platform.hideQuick();
  const close = () => {
    setOpen(null);
  };
  const openMain = (route: string) => {
    void platform.openMain(route);
    hide();
  };
  /** Does something with a hit: it was meant, and the window has done its work where `hides`. */
  const withHit = async (one: HitView | null, deed: (id: string) => Promise<boolean>, hides: boolean) => {
    if (!one || !(await deed(one.id))) return;
    const place = search.hits.findIndex((hit) => hit.id === one.id);
    if (place >= 0) noteSearch(one, place + 1);
    if (hides) hide();
  };
  const atOnce = async (what: Promise<void>, done: string | null) => {
    try {
      await what;
      if (done === null) return;
      say(done);
      setQuery("");
    } catch (error) {
      say(messageOf(error));
    }
  };
  const runCommand = ({ effect }: Command) => {
    if ("page" in effect) openMain(effect.page);
    else if (effect.now === "lock") void atOnce(platform.vaultLock().then(hide), null);
    else if (effect.now === "pause") void atOnce(platform.pause(), "Indexing is paused");
    else void atOnce(platform.resume(), "Indexing goes on");
  };
  const run = (row: QuickRow | null | undefined) => {
    switch (row?.kind) {
      case "hit":
        void withHit(row.hit, items.open, true);
        break;
      case "answer":
        void items.copyText(row.answer.plain, "Result copied");
        break;
      case "program":
        void items.launch(row.program.id).then((started) => { if (started) hide(); });
        break;
      case "command":
        runCommand(row.command);
        break;
      case "saved":
        setQuery(row.saved.query);
        if (row.saved.fresh > 0) void savedChanges.seen(row.saved.id).catch(() => undefined);
        break;
      case "past":
        setQuery(row.past.query);
        break;
      case undefined:
        break;
    }
  };
  const remove = (row: QuickRow | null) => {
    const next = rows[selectedIndex + 1] ?? rows[selectedIndex - 1];
    if (row?.kind === "past") void changes.forget(row.past.query).catch((error: unknown) => { say(messageOf(error)); });
    else if (row?.kind === "saved") void removeSaved(row.saved);
    if (row === selected && next) setChosen(next.id);
  };
  const move = (by: number) => {
    const next = rows[Math.min(rows.length - 1, Math.max(0, selectedIndex + by))];
    endWalk();
    if (next) setChosen(next.id);
  };

  const deeds: Deeds = {
    run: () => { run(selected); },
    openWith: () => { setOpen("open-with"); },
    reveal: () => void withHit(hit, items.reveal, true),
    preview: () => { setOpen((before) => (before === "preview" ? null : hit ? "preview" : null)); },
    copyPath: () => void withHit(hit, items.copyPath, false),
    copyPassage: () => void withHit(hit, () => items.copyText(hit?.snippet?.text ?? ""), false),
    copyWhole: () => { if (selected?.kind === "answer") void items.copyText(`${selected.answer.question} = ${selected.answer.plain}`, "Question and result copied"); },
    copyAll: () => void withHit(hit, items.copyAll, false),
    share: () => void withHit(hit, items.share, true),
    similar: () => { if (hit) openMain(routeToSearch({ like: hit.id }).slice(1)); },
    remove: () => { remove(selected); },
    save: () => { setOpen("save"); },
    inMain: () => { openMain(routeToSearch({ q: query }).slice(1)); },
    settings: () => { openMain("/settings"); },
  };
  const actions = actionsFor(selected, !isEmpty, deeds);

  const leave = () => {
    if (open) {
      endWalk();
      close();
    } else if (query !== "") setQuery("");
    else hide();
  };
  /** What a key does wherever the focus is. */
  const anywhere: readonly { shortcut?: string; run: () => void }[] = [
    ...(open === "preview" ? [{ shortcut: "Shift+ArrowDown", run: () => preview.current?.step(1) }, { shortcut: "Shift+ArrowUp", run: () => preview.current?.step(-1) }] : []),
    { shortcut: KEYS.actions, run: () => { setOpen("actions"); } },
    { shortcut: "Escape", run: leave },
    ...actions,
  ];
  const deedOf = (event: KeyPress) => anywhere.find(({ shortcut }) => shortcut !== undefined && isShortcut(event, shortcut, platform.isMac));

  const handleKey = (event: KeyboardEvent<HTMLInputElement>, text: string) => {
    const is = (shortcut: string) => isShortcut(event, shortcut, platform.isMac);
    const take = (what: () => void) => {
      event.preventDefault();
      what();
    };
    const row = /^[1-9]$/.test(event.key) ? Number(event.key) : 0;
    const isAtEnd = event.currentTarget.selectionStart === text.length;
    const isFirst = selectedIndex <= 0;
    if (is(KEYS.history) || (is("ArrowUp") && isFirst && (walk !== null || query === ""))) take(() => { older(query); });
    else if (is("ArrowDown") && isFirst && newer()) event.preventDefault();
    else if (is("ArrowDown") || is("Ctrl+N")) take(() => { move(1); });
    else if (is("ArrowUp") || is("Ctrl+P")) take(() => { move(-1); });
    else if (is("PageDown")) take(() => { move(8); });
    else if (is("PageUp")) take(() => { move(-8); });
    else if (row > 0 && is(`Mod+${row}`)) take(() => { run(rows[row - 1]); });
    else if (is(" ") && (text === "" || text.endsWith(" ")) && isAtEnd && hit) take(deeds.preview);
    else {
      const deed = deedOf(event);
      // With letters selected the same keys copy those, and in a text they delete.
      const isEditing = (is(KEYS.copyPath) && !nothingSelected(event.currentTarget)) || (is(KEYS.remove) && text !== "");
      if (deed && !isEditing) take(deed.run);
    }
  };

  // A click into the preview takes the focus from the box.
  useWindowKeys((event) => {
    if (event.defaultPrevented || event.target === input.current || (open !== null && open !== "preview")) return;
    const deed = deedOf(event);
    const isPress = event.key === "Enter" && event.target instanceof Element && event.target.closest("button, input, summary") !== null;
    const isCopying = isShortcut(event, KEYS.copyPath, platform.isMac) && !nothingSelected(null);
    if (!deed || isPress || isCopying) return;
    event.preventDefault();
    deed.run();
  });

  return (
    <main className="quick">
      <h1 className="only-for-readers">Quick search</h1>
      <header className="quick-head">
        <QueryBox
          query={query}
          onQuery={(next, how) => {
            if (how === "edited") edited(next);
            putQuery(next);
          }}
          chips={chips}
          label="Quick search"
          placeholder="Search your files, programs and settings"
          listId={listId}
          activeId={selected && open !== "preview" ? rowElementId(listId, selected) : null}
          onKeyDown={handleKey}
          inputRef={input}
        />
      </header>
      <div className="quick-body">
        {open === "preview" && hit ? (
          <Preview key={hit.id} hit={hit} query={query} handle={preview} onOpen={deeds.run} onReveal={deeds.reveal} onCopyPath={deeds.copyPath} footer={<FoundAs hit={hit} />} />
        ) : rows.length > 0 ? (
          <QuickList
            id={listId}
            label={listLabel(isEmpty, rows)}
            sections={sections}
            selectedId={selected?.id ?? null}
            foot={!isEmpty && answered === query && search.hits.length === 0 && !search.isPartial ? "Nothing found in your files" : null}
            onSelect={setChosen}
            onRun={run}
            onRemove={remove}
          />
        ) : (
          <NothingThere query={query} isEmpty={isEmpty} isPending={isEmpty ? recent.isPending : search.isPending || search.isPartial} error={isEmpty ? recent.error : search.error} onRetry={search.retry} />
        )}
        {open === "actions" ? <ActionMenu label="Actions" actions={actions} onClose={close} /> : null}
        {open === "open-with" && hit ? (
          <OpenWith
            hit={hit}
            onChoose={(program) => void withHit(hit, (id) => items.openWith(id, program), true)}
            onBack={() => { setOpen("actions"); }}
            onClose={close}
          />
        ) : null}
      </div>
      <Footer
        notice={walk && walk.at >= 0 ? walkNotice(walk) : isEmpty ? null : (search.response?.notices.find((notice) => notice.code !== "empty-query")?.message ?? null)}
        hint={isEmpty && !walk && (history.data?.length ?? 0) > 0}
        main={selected ? mainLabel(selected) : null}
        onActions={() => { setOpen("actions"); }}
      />
      {open === "save" ? <SaveSearchDialog query={selected?.kind === "past" ? selected.past.query : query} onClose={close} /> : null}
    </main>
  );
}

function FoundAs({ hit: { explain } }: { hit: HitView }) {
  const found = explain ? foundAs(explain) : null;
  return found === null ? null : <footer className="preview-why">{found}</footer>;
}

function nothingSelected(input: HTMLInputElement | null): boolean {
  return input?.selectionStart === input?.selectionEnd && (window.getSelection()?.toString() ?? "") === "";
}

function listLabel(isEmpty: boolean, rows: readonly QuickRow[]): string {
  if (!isEmpty) return "Results";
  return rows.every((row) => row.kind === "hit") ? "Recent files" : "Recent files and searches";
}

function walkNotice({ at, draft, queries }: Walk): string {
  return `Past search ${at + 1} of ${queries.length}: ↑ older${at > 0 ? ", ↓ newer" : draft === "" ? "" : ", ↓ what you typed"}`;
}
