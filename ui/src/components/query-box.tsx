import { Search, X } from "lucide-react";
import { useEffect, useState, type KeyboardEvent, type Ref } from "react";
import type { Chip } from "../platform";
import { visibleLine } from "../text/visible";
import { completionOf } from "./operators";
import { joinQuery, takePills, textBehind } from "./pills";

const NO_PILLS: readonly string[] = [];

interface QueryBoxProps {
  query: string;
  onQuery: (query: string) => void;
  /** Operators that the core found in exactly this query. */
  chips: readonly Chip[];
  label: string;
  placeholder: string;
  /** Id of the list of results, and of its selected row. */
  listId: string;
  activeId: string | null;
  onKeyDown: (event: KeyboardEvent<HTMLInputElement>, text: string) => void;
  inputRef: Ref<HTMLInputElement>;
}

export function QueryBox({ query, onQuery, chips, label, placeholder, listId, activeId, onKeyDown, inputRef }: QueryBoxProps) {
  const [held, setHeld] = useState<{ pills: readonly string[]; typing: boolean }>({ pills: [], typing: false });
  const behind = textBehind(held.pills, query);
  const pills = behind === null ? NO_PILLS : held.pills;
  const text = behind ?? query;
  const completion = completionOf(text);

  useEffect(() => {
    const taken = takePills(query, pills, chips, !held.typing);
    if (!taken) return;
    // The core's answer says what an operator is; the text changes because of it, not because of a key.
    // eslint-disable-next-line react-hooks/set-state-in-effect
    setHeld((before) => ({ ...before, pills: taken.pills }));
    const renewed = joinQuery(taken.pills, taken.text);
    if (renewed !== query) onQuery(renewed);
  }, [chips, query, pills, held.typing, onQuery]);

  const dropPill = (index: number) => {
    const rest = pills.filter((_, at) => at !== index);
    setHeld((before) => ({ ...before, pills: rest }));
    onQuery(joinQuery(rest, text));
  };

  const handleKey = (event: KeyboardEvent<HTMLInputElement>) => {
    const input = event.currentTarget;
    if (event.nativeEvent.isComposing) return;
    const atEnd = input.selectionStart === text.length && input.selectionEnd === text.length;
    if (event.key === "Tab" && !event.shiftKey && !event.ctrlKey && !event.altKey && completion && atEnd) {
      event.preventDefault();
      onQuery(joinQuery(pills, text + completion));
      return;
    }
    if (event.key === "Backspace" && pills.length > 0 && input.selectionStart === 0 && input.selectionEnd === 0) {
      event.preventDefault();
      dropPill(pills.length - 1);
      return;
    }
    onKeyDown(event, text);
  };

  return (
    <div className="query-box">
      <Search size={18} aria-hidden />
      {pills.length > 0 ? (
        <div className="pills" role="group" aria-label="Filters in the query">
          {pills.map((pill, index) => (
            <button
              key={`${pill} ${index}`}
              type="button"
              className="pill"
              tabIndex={-1}
              aria-label={`Remove ${visibleLine(pill)}`}
              title={`Remove ${visibleLine(pill)}`}
              onClick={() => {
                dropPill(index);
              }}
            >
              <span className="cut">{visibleLine(pill)}</span>
              <X size={14} aria-hidden />
            </button>
          ))}
        </div>
      ) : null}
      <div className="query-line">
        {completion ? (
          <div className="ghost" aria-hidden>
            <span className="typed">{text}</span>
            {completion}
            <kbd className="keycap">Tab</kbd>
          </div>
        ) : null}
        <input
          ref={inputRef}
          type="text"
          role="combobox"
          aria-label={label}
          aria-expanded={activeId !== null}
          aria-controls={activeId === null ? undefined : listId}
          aria-activedescendant={activeId ?? undefined}
          aria-autocomplete="list"
          autoComplete="off"
          autoCorrect="off"
          autoCapitalize="off"
          spellCheck={false}
          placeholder={pills.length > 0 ? "" : placeholder}
          value={text}
          onChange={(event) => {
            setHeld((before) => ({ ...before, typing: true }));
            onQuery(joinQuery(pills, event.target.value));
          }}
          onBlur={() => {
            setHeld((before) => ({ ...before, typing: false }));
          }}
          onKeyDown={handleKey}
        />
      </div>
    </div>
  );
}
