import { Search, Sparkles, X } from "lucide-react";
import { useEffect, useId, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode, type RefObject } from "react";
import { useCompletions } from "../data/completions";
import { isShortcut } from "../data/keyboard";
import type { Chip, CompletionView } from "../platform";
import { usePlatform } from "../platform/context";
import { countOf } from "../text/format";
import { visibleLine } from "../text/visible";
import { CompletionList, completionId } from "./completion-list";
import { ghostOf, mayComplete, taken, unasked } from "./completions";
import { joinQuery, takePills, textBehind } from "./pills";

const NO_PILLS: readonly string[] = [];

interface QueryBoxProps {
  query: string;
  /** A person edited it, or it was only put in order: the same query, with its operators first. */
  onQuery: (query: string, how: "edited" | "ordered") => void;
  /** Operators that the core found in exactly this query. */
  chips: readonly Chip[];
  /** What results are like where no query says it: a pill before all others. */
  likeness?: { label: string; onRemove: () => void } | null;
  label: string;
  placeholder: string;
  /** Id of the list of results, and of its selected row. */
  listId: string;
  activeId: string | null;
  onKeyDown: (event: KeyboardEvent<HTMLInputElement>, text: string) => void;
  inputRef: RefObject<HTMLInputElement | null>;
}

/** The pop-up: asked for by key, entered at a row, or closed for one query. */
interface Popup {
  isAsked: boolean;
  at: number | null;
  closedFor: string | null;
}

const CLOSED: Popup = { isAsked: false, at: null, closedFor: null };

/** Pills, text, and how it may go on. Keys that are not its own go to `onKeyDown`. */
export function QueryBox({ query, onQuery, chips, likeness = null, label, placeholder, listId, activeId, onKeyDown, inputRef }: QueryBoxProps) {
  const { isMac } = usePlatform();
  const popupId = useId();
  const [held, setHeld] = useState<{ pills: readonly string[]; typing: boolean }>({ pills: [], typing: false });
  const [popup, setPopup] = useState<Popup>(CLOSED);
  const [place, setPlace] = useState(0);
  const nextPlace = useRef<number | null>(null);

  const behind = textBehind(held.pills, query);
  const pills = behind === null ? NO_PILLS : held.pills;
  const text = behind ?? query;
  const offset = query.length - text.length;
  const cursor = offset + Math.min(place, text.length);

  const isTyping = held.typing && popup.closedFor !== query && query.trim() !== "";
  const completions = useCompletions(query, cursor, popup.isAsked || isTyping);
  const list = popup.isAsked ? completions.list : isTyping ? unasked(completions.list, query) : [];
  const at = popup.at === null || list.length === 0 ? null : Math.min(popup.at, list.length - 1);
  const ghost = ghostOf(list[at ?? 0], query, cursor);

  useEffect(() => {
    const taken = takePills(query, pills, chips, !held.typing);
    if (!taken) return;
    // The core's answer says what an operator is; the text changes because of it, not because of a key.
    // eslint-disable-next-line react-hooks/set-state-in-effect
    setHeld((before) => ({ ...before, pills: taken.pills }));
    const renewed = joinQuery(taken.pills, taken.text);
    if (renewed !== query) onQuery(renewed, "ordered");
  }, [chips, query, pills, held.typing, onQuery]);

  useLayoutEffect(() => {
    if (nextPlace.current === null) return;
    const to = nextPlace.current - offset;
    nextPlace.current = null;
    inputRef.current?.setSelectionRange(to, to);
  }, [query, offset, inputRef]);

  const dropPill = (index: number) => {
    const rest = pills.filter((_, at) => at !== index);
    setHeld((before) => ({ ...before, pills: rest }));
    onQuery(joinQuery(rest, text), "edited");
  };

  const take = (completion: CompletionView) => {
    const next = taken(completion, query);
    // A past search is whole: nobody goes on typing its last operator.
    setHeld((before) => ({ ...before, typing: completion.kind !== "history" }));
    setPopup(completion.kind === "history" ? { ...CLOSED, closedFor: next.query } : CLOSED);
    nextPlace.current = next.cursor;
    setPlace(next.cursor - offset);
    onQuery(next.query, "edited");
  };

  const takeWhenThere = async () => {
    const first = unasked(await completions.ask(), query)[0];
    if (first && inputRef.current?.value === text) take(first);
  };

  /** Answers whether the key was meant for the pop-up. */
  const handlePopupKey = (event: KeyboardEvent<HTMLInputElement>): boolean => {
    const is = (shortcut: string) => isShortcut(event, shortcut, isMac);
    const selected = list[at ?? 0];
    if (is("Ctrl+ ") || is("Alt+ArrowDown")) setPopup({ isAsked: true, at: 0, closedFor: null });
    else if (is("Tab") && selected) take(selected);
    else if (is("Tab") && completions.isWaiting && isTyping && mayComplete(query.slice(0, cursor))) void takeWhenThere();
    else if (is("Escape") && (list.length > 0 || popup.isAsked)) setPopup({ ...CLOSED, closedFor: query });
    else if (at !== null && selected && is("Enter")) take(selected);
    else if (at !== null && (is("ArrowDown") || is("Ctrl+N"))) setPopup({ ...popup, at: (at + 1) % list.length });
    else if (at !== null && (is("ArrowUp") || is("Ctrl+P"))) setPopup({ ...popup, at: (at + list.length - 1) % list.length });
    else return false;
    event.preventDefault();
    return true;
  };

  const handleKey = (event: KeyboardEvent<HTMLInputElement>) => {
    const input = event.currentTarget;
    if (event.nativeEvent.isComposing || handlePopupKey(event)) return;
    if (event.key === "Backspace" && input.selectionStart === 0 && input.selectionEnd === 0) {
      if (pills.length > 0) {
        event.preventDefault();
        dropPill(pills.length - 1);
        return;
      }
      if (likeness) {
        event.preventDefault();
        likeness.onRemove();
        return;
      }
    }
    // Who walks the results wants to see them.
    if (["ArrowDown", "ArrowUp", "PageDown", "PageUp"].includes(event.key)) setPopup({ ...CLOSED, closedFor: query });
    onKeyDown(event, text);
  };

  const isPopup = list.length > 0;
  const hasPills = pills.length > 0 || likeness !== null;
  return (
    <div className="query-box">
      <Search size={18} aria-hidden />
      {hasPills ? (
        <div className="pills" role="group" aria-label="Filters in the query">
          {likeness ? (
            <Pill label={likeness.label} look="likeness" onRemove={likeness.onRemove}>
              <Sparkles size={14} aria-hidden />
            </Pill>
          ) : null}
          {pills.map((pill, index) => (
            <Pill
              key={`${pill} ${index}`}
              label={pill}
              onRemove={() => {
                dropPill(index);
              }}
            />
          ))}
        </div>
      ) : null}
      <div className="query-line">
        {ghost ? (
          <div className="ghost" aria-hidden>
            <span className="typed">{text}</span>
            {ghost}
            <kbd className="keycap">Tab</kbd>
          </div>
        ) : null}
        <input
          ref={inputRef}
          type="text"
          role="combobox"
          aria-label={label}
          aria-expanded={activeId !== null || isPopup}
          aria-haspopup="listbox"
          aria-controls={[isPopup ? popupId : null, activeId === null ? null : listId].filter((id) => id !== null).join(" ") || undefined}
          aria-activedescendant={(at === null ? activeId : completionId(popupId, at)) ?? undefined}
          aria-autocomplete="list"
          autoComplete="off"
          autoCorrect="off"
          autoCapitalize="off"
          spellCheck={false}
          placeholder={pills.length > 0 ? "" : placeholder}
          value={text}
          onChange={(event) => {
            setHeld((before) => ({ ...before, typing: true }));
            setPopup(CLOSED);
            setPlace(event.target.selectionStart ?? event.target.value.length);
            onQuery(joinQuery(pills, event.target.value), "edited");
          }}
          onSelect={(event) => {
            setPlace(event.currentTarget.selectionStart ?? 0);
          }}
          onBlur={() => {
            setHeld((before) => ({ ...before, typing: false }));
            setPopup(CLOSED);
          }}
          onKeyDown={handleKey}
        />
        {isPopup ? <CompletionList id={popupId} list={list} at={at} before={text.slice(0, Math.max(0, (list[0]?.start ?? 0) - offset))} onTake={take} /> : null}
        <span className="only-for-readers" aria-live="polite">
          {isPopup && at === null ? `${countOf(list.length, "completion", "completions")}. Tab takes ${visibleLine(list[0]?.label ?? "")}.` : ""}
        </span>
      </div>
    </div>
  );
}

function Pill({ label, look = "", onRemove, children }: { label: string; look?: string; onRemove: () => void; children?: ReactNode }) {
  const name = `Remove ${visibleLine(label)}`;
  return (
    <button type="button" className={`pill ${look}`} tabIndex={-1} aria-label={name} title={name} onClick={onRemove}>
      {children}
      <span className="cut">{visibleLine(label)}</span>
      <X size={14} aria-hidden />
    </button>
  );
}
