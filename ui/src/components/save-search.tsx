import { BookmarkPlus } from "lucide-react";
import { useId, useState, type SyntheticEvent } from "react";
import { isShortcut, useWindowKeys } from "../data/keyboard";
import { useSavedChanges } from "../data/personal";
import type { SavedSearchView } from "../platform";
import { usePlatform } from "../platform/context";
import { visibleLine } from "../text/visible";
import { Banner } from "./banner";
import { messageOf } from "./blank";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { Name } from "./name";
import { Switch } from "./switch";
import { useToast } from "./toast";

const LONGEST_NAME = 60;

/** What a search may be called: its words, without quotation marks and with operators as their values. */
export function nameOfQuery(query: string): string {
  const words = query
    .replace(/(^|\s)-?[\p{L}_]+:(?=\S)/gu, "$1")
    .replaceAll('"', "")
    .replace(/\s+/g, " ")
    .trim();
  const name = [...visibleLine(words === "" ? query.trim() : words)];
  const first = name[0]?.toUpperCase() ?? "";
  return first + name.slice(1, LONGEST_NAME).join("");
}

interface SaveSearchDialogProps {
  query: string;
  /** The kept search to change; a new one without. */
  saved?: SavedSearchView;
  onClose: () => void;
  onRemove?: () => void;
}

/** Keeps a search, or changes a kept one: its name, and whether new matches are told. */
export function SaveSearchDialog({ query, saved, onClose, onRemove }: SaveSearchDialogProps) {
  const say = useToast();
  const changes = useSavedChanges();
  const id = useId();
  const [name, setName] = useState(() => saved?.name ?? nameOfQuery(query));
  const [notify, setNotify] = useState(saved?.notify ?? false);
  const [state, setState] = useState<{ busy: boolean; error: string | null }>({ busy: false, error: null });

  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    if (name.trim() === "" || state.busy) return;
    setState({ busy: true, error: null });
    try {
      await changes.save({ id: saved?.id ?? null, name: name.trim(), query, notify });
      say(saved ? "Saved search changed" : "Search saved");
      onClose();
    } catch (error) {
      setState({ busy: false, error: messageOf(error) });
    }
  };

  return (
    <Dialog title={saved ? "Saved search" : "Save this search"} onClose={onClose}>
      <form className="form" onSubmit={(event) => void submit(event)}>
        <div className="form-field">
          <label htmlFor={id}>Name</label>
          <input
            id={id}
            className="field"
            type="text"
            autoComplete="off"
            maxLength={200}
            value={name}
            onFocus={(event) => {
              event.currentTarget.select();
            }}
            onChange={(event) => {
              setName(event.target.value);
            }}
          />
        </div>
        <p className="soft saved-query">
          Finds <Name text={query} />
        </p>
        <Switch checked={notify} onChange={setNotify}>
          Notify me of new matches
        </Switch>
        {state.error === null ? null : <Banner look="bad">{state.error}</Banner>}
        <div className="form-actions">
          {onRemove ? (
            <Button look="quiet" className="form-aside" onClick={onRemove}>
              Delete
            </Button>
          ) : null}
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="main" disabled={state.busy || name.trim() === ""}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** The way to keep a search from where it is shown. */
export function SaveSearchButton({ query }: { query: string }) {
  const { isMac } = usePlatform();
  const [isOpen, setOpen] = useState(false);
  useWindowKeys((event) => {
    if (event.defaultPrevented || !isShortcut(event, "Mod+S", isMac)) return;
    event.preventDefault();
    setOpen(true);
  });
  return (
    <>
      <Button
        look="quiet"
        size="small"
        shortcut="Mod+S"
        title="Save this search"
        onClick={() => {
          setOpen(true);
        }}
      >
        <BookmarkPlus size={16} aria-hidden /> Save
      </Button>
      {isOpen ? (
        <SaveSearchDialog
          query={query}
          onClose={() => {
            setOpen(false);
          }}
        />
      ) : null}
    </>
  );
}

/** Forgets a kept search, and says how to have it back. */
export function useRemoveSaved(): (saved: SavedSearchView) => Promise<void> {
  const say = useToast();
  const changes = useSavedChanges();
  return async (saved) => {
    try {
      await changes.remove(saved.id);
    } catch (error) {
      say(messageOf(error));
      return;
    }
    say(`“${visibleLine(saved.name)}” deleted`, () => {
      const { name, query, notify } = saved;
      changes.save({ id: null, name, query, notify }).catch((error: unknown) => {
        say(messageOf(error));
      });
    });
  };
}
