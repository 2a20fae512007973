import { CircleQuestionMark, Ellipsis, ScanText, Sparkles } from "lucide-react";
import { useCallback, useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { hitElementId } from "../../components/hit-list";
import { MenuButton } from "../../components/menu";
import { withOperator, withoutOperator, hasOperator } from "../../components/pills";
import { Preview, type PreviewHandle } from "../../components/preview";
import { QueryBox } from "../../components/query-box";
import { Segmented } from "../../components/segmented";
import { useItemActions } from "../../components/use-item-actions";
import { isShortcut, isTyping, useWindowKeys } from "../../data/keyboard";
import { useNoteSearch } from "../../data/note-search";
import { usePreview } from "../../data/preview";
import { useRecent } from "../../data/queries";
import { useParameters } from "../../data/route";
import { useFacets, useSearch } from "../../data/search";
import { useSimilar, type Like } from "../../data/similar";
import type { Chip, HitView, SearchMode } from "../../platform";
import { usePlatform } from "../../platform/context";
import { FacetColumn, narrowing } from "./facet-column";
import { FilterRow, sortOf } from "./filter-row";
import { composeQuery, type Filters } from "./filters";
import { grouped, groupByOf } from "./groups";
import { HitFoot } from "./hit-foot";
import { LikeTextDialog } from "./like-text";
import { ListArea } from "./list-area";
import { Notices } from "./notices";
import { ReferenceSheet } from "./reference-sheet";
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

/** A window so wide has room for the counts beside the list. */
const WIDE = "(min-width: 1300px)";

function isWide(): boolean {
  return typeof window.matchMedia === "function" && window.matchMedia(WIDE).matches;
}

/** What the address says that results are to be like. */
function useLike(): Like | null {
  const [parameters] = useParameters();
  const id = parameters.get("like");
  const text = parameters.get("text");
  return useMemo(() => (id ? { id } : text ? { text } : null), [id, text]);
}

/** How the pill says it: by title, or by how the text begins. */
function useLikeLabel(like: Like | null): string {
  const id = like && "id" in like ? like.id : null;
  const { data, isPlaceholderData } = usePreview(id, "", null);
  if (like && "text" in like) return `Similar to “${like.text.replace(/\s+/g, " ").slice(0, 80)}”`;
  // Until its title is there, that of the one before stands in for it.
  return `Similar to ${isPlaceholderData ? "…" : (data?.title ?? "…")}`;
}

/** No search has a like beside it. */
const NO_LIKE = { like: null, text: null };

export function SearchScreen() {
  const platform = usePlatform();
  const [parameters, change] = useParameters();
  const actions = useItemActions();
  const listId = useId();
  const input = useRef<HTMLInputElement>(null);
  const preview = useRef<PreviewHandle>(null);

  const like = useLike();
  const likeLabel = useLikeLabel(like);
  const query = like ? "" : (parameters.get("q") ?? "");
  const mode = modeOf(parameters.get("mode"));
  const sort = sortOf(parameters.get("sort"));
  const groupBy = groupByOf(parameters.get("group"));
  const filters: Filters = { kind: parameters.get("kind") ?? "", date: parameters.get("date") ?? "", folder: parameters.get("in") ?? "" };
  const composed = like ? "" : composeQuery(query, filters);
  const listed = like ? "similar" : composed === "" ? "recent" : "found";
  const chosen = parameters.get("id");

  const [room, setRoom] = useState({ composed, limit: PAGE });
  const limit = room.composed === composed ? room.limit : PAGE;
  const found = useSearch(composed, mode, limit, chosen, sort);
  const similar = useSimilar(like);
  const search = like ? similar : found;
  const recent = useRecent(listed === "recent");
  const noteOpened = useNoteSearch(composed, found);
  const all = useMemo(() => (listed === "recent" ? (recent.data ?? []) : search.hits), [listed, recent.data, search.hits]);
  const { hits, groups } = useMemo(() => grouped(all, groupBy), [all, groupBy]);
  const selected = hits.find((hit) => hit.id === chosen) ?? hits[0] ?? null;
  const selectedIndex = selected ? hits.indexOf(selected) : -1;

  const answered = found.response?.query === composed ? found.response : null;
  const chips = useMemo(() => answered?.chips.filter((chip) => chip.end <= query.length) ?? NO_CHIPS, [answered, query.length]);

  const shownFacets = parameters.get("facets");
  const wantsFacets = shownFacets === null ? isWide() : shownFacets === "shown";
  const counted = useFacets(composed, mode, wantsFacets && listed === "found");
  const facetGroups = useMemo(() => (counted ? narrowing(counted.facets, counted.total, query) : []), [counted, query]);

  const [isPasting, setPasting] = useState(false);
  const isReference = parameters.get("show") === "operators";

  useEffect(() => {
    input.current?.focus();
  }, []);

  const setQuery = useCallback(
    (next: string) => {
      change({ q: next, id: null, ...NO_LIKE });
    },
    [change],
  );

  const growRoom = useCallback(() => {
    const total = found.response?.total ?? 0;
    if (total > limit && limit < MOST) setRoom({ composed, limit: Math.min(MOST, limit * 2) });
  }, [found.response, limit, composed]);

  const select = (hit: HitView | undefined) => {
    if (hit) change({ id: hit.id });
  };
  const act = (event: { preventDefault: () => void }, what: (hit: HitView) => void) => {
    if (!selected) return;
    event.preventDefault();
    what(selected);
  };
  /** Something was done with a hit: then the search was meant. */
  const meant = (what: (id: string) => Promise<boolean>) => (hit: HitView) => {
    void what(hit.id).then((isDone) => {
      if (isDone) noteOpened(hit, hits.indexOf(hit) + 1);
    });
  };
  const openHit = meant(actions.open);
  const revealHit = meant(actions.reveal);
  const copyPath = meant(actions.copyPath);
  const copyPassage = (hit: HitView) => {
    const { snippet } = hit;
    if (snippet) meant(() => actions.copyText(snippet.text))(hit);
  };
  const findSimilar = (to: { like: string } | { text: string }) => {
    change({ q: null, id: null, ...NO_LIKE, ...to }, "push");
    input.current?.focus();
  };
  const toggleFacets = () => {
    change({ facets: wantsFacets ? "hidden" : "shown" });
  };
  const toggleOperator = (operator: string) => {
    change({ q: hasOperator(query, operator) ? withoutOperator(query, operator) : withOperator(query, operator), id: null }, "push");
  };
  const showReference = () => {
    change({ show: "operators" }, "push");
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
    else if (is("Enter")) act(event, openHit);
    else if (is("Escape") && (query !== "" || like)) {
      event.preventDefault();
      change({ q: null, id: null, ...NO_LIKE });
    }
  };

  const stepPreview = (event: globalThis.KeyboardEvent, by: 1 | -1) => {
    if (isTyping(event.target) && event.target !== input.current) return;
    event.preventDefault();
    preview.current?.step(by);
  };

  useWindowKeys((event) => {
    const is = (shortcut: string) => isShortcut(event, shortcut, platform.isMac);
    if (event.defaultPrevented || isPasting || isReference) return;
    const take = (what: () => void) => {
      event.preventDefault();
      what();
    };
    if (is("Mod+F") || (is("/") && !isTyping(event.target))) {
      take(() => {
        input.current?.focus();
        input.current?.select();
      });
    } else if (is("Mod+Enter")) act(event, revealHit);
    else if (is("Mod+C") && nothingSelected()) act(event, copyPath);
    else if (is("Mod+Shift+C")) act(event, copyPassage);
    else if (is("Mod+Shift+S")) act(event, (hit) => { findSimilar({ like: hit.id }); });
    else if (is("Mod+Shift+F")) take(() => { setPasting(true); });
    else if (is("Mod+B")) take(toggleFacets);
    else if (is("F1")) take(showReference);
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
          likeness={like ? { label: likeLabel, onRemove: () => { setQuery(""); } } : null}
          label="Search"
          placeholder={like ? "Type to search anew" : "Search by word or by meaning"}
          listId={listId}
          activeId={selected ? hitElementId(listId, selected.id) : null}
          onKeyDown={handleKey}
          inputRef={input}
        />
        {like ? null : (
          <Segmented
            label="Search by"
            value={mode}
            options={MODES}
            onChange={(next) => {
              change({ mode: next === "hybrid" ? null : next, id: null }, "push");
            }}
          />
        )}
        <MenuButton
          label="More ways to search"
          icon={<Ellipsis size={16} aria-hidden />}
          items={[
            { label: "Similar to this", icon: <Sparkles size={16} aria-hidden />, shortcut: "Mod+Shift+S", disabled: selected === null, run: () => { if (selected) findSimilar({ like: selected.id }); } },
            { label: "Find something like a text…", icon: <ScanText size={16} aria-hidden />, shortcut: "Mod+Shift+F", run: () => { setPasting(true); } },
            { label: "Operators", icon: <CircleQuestionMark size={16} aria-hidden />, shortcut: "F1", run: showReference },
          ]}
        />
      </header>
      <FilterRow
        filters={filters}
        sort={sort}
        groupBy={groupBy}
        listed={listed}
        search={search}
        facets={{ isShown: wantsFacets, onToggle: toggleFacets }}
        composed={composed}
        onChange={(changes) => {
          change({ ...changes, id: null }, "push");
        }}
      />
      <div className={`search-body ${facetGroups.length > 0 ? "with-facets" : ""}`}>
        {facetGroups.length > 0 ? <FacetColumn groups={facetGroups} query={query} onToggle={toggleOperator} /> : null}
        <div className="search-list">
          <Notices search={search} onQuery={setQuery} />
          <ListArea
            listId={listId}
            composed={like ? null : composed}
            hits={hits}
            groups={groups}
            search={search}
            recentPending={recent.isPending}
            recentError={recent.error}
            selectedId={selected?.id ?? null}
            onSelect={(id) => {
              change({ id });
            }}
            onOpen={(id) => {
              const hit = hits.find((hit) => hit.id === id);
              if (hit) openHit(hit);
            }}
            onNearEnd={growRoom}
            onReset={() => {
              change({ kind: null, date: null, in: null, mode: null }, "push");
            }}
            hasFilters={Boolean(filters.kind || filters.date || filters.folder || mode !== "hybrid")}
            onReference={showReference}
          />
        </div>
        <div className="search-preview">
          {selected ? (
            <Preview
              key={selected.id}
              hit={selected}
              query={composed}
              handle={preview}
              onOpen={() => { openHit(selected); }}
              onReveal={() => { revealHit(selected); }}
              onCopyPath={() => { copyPath(selected); }}
              footer={<HitFoot hit={selected} onSimilar={() => { findSimilar({ like: selected.id }); }} />}
            />
          ) : null}
        </div>
      </div>
      {isPasting ? (
        <LikeTextDialog
          initial={like && "text" in like ? like.text : ""}
          onFind={(text) => {
            setPasting(false);
            findSimilar({ text });
          }}
          onClose={() => {
            setPasting(false);
          }}
        />
      ) : null}
      {isReference ? (
        <ReferenceSheet
          onTry={(example) => {
            change({ q: example, id: null, show: null, ...NO_LIKE }, "push");
          }}
          onClose={() => {
            change({ show: null });
          }}
        />
      ) : null}
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
