import { Bell, Pencil } from "lucide-react";
import { useId, useState } from "react";
import { IconButton } from "../../components/button";
import { Name } from "../../components/name";
import { SaveSearchDialog, useRemoveSaved } from "../../components/save-search";
import { useSaved, useSavedChanges } from "../../data/personal";
import { navigate, routeToSearch, useRoute } from "../../data/route";
import type { SavedSearchView } from "../../platform";
import { countOf, formatCount } from "../../text/format";
import { visibleLine } from "../../text/visible";
import "./saved.css";

/** Above so many the figure is of no use, and too wide. */
const MOST_FRESH = 999;

/** Kept searches in the side bar: new matches at a glance, and one click to them. Nothing while there are none. */
export function SavedSearches() {
  const saved = useSaved().data ?? [];
  const changes = useSavedChanges();
  const remove = useRemoveSaved();
  const { area, parameters } = useRoute();
  const [changed, setChanged] = useState<SavedSearchView | null>(null);
  const titleId = useId();
  if (saved.length === 0) return null;

  const open = (one: SavedSearchView) => {
    navigate(routeToSearch({ q: one.query }));
    if (one.fresh > 0) void changes.seen(one.id).catch(() => undefined);
  };
  const close = () => {
    setChanged(null);
  };

  return (
    <section className="saved" aria-labelledby={titleId}>
      <h2 id={titleId}>Saved searches</h2>
      <ul>
        {saved.map((one) => (
          <li key={one.id}>
            <a
              href={routeToSearch({ q: one.query })}
              aria-current={area === "search" && parameters.get("q") === one.query ? "true" : undefined}
              title={visibleLine(one.query)}
              onClick={(event) => {
                event.preventDefault();
                open(one);
              }}
            >
              <span className="cut">
                <Name text={one.name} />
              </span>
              {one.notify ? <Bell size={12} role="img" aria-label="with notifications" /> : null}
              {one.fresh > 0 ? <Fresh count={one.fresh} /> : null}
            </a>
            <IconButton
              label={`Change “${visibleLine(one.name)}”`}
              size="small"
              onClick={() => {
                setChanged(one);
              }}
            >
              <Pencil size={14} aria-hidden />
            </IconButton>
          </li>
        ))}
      </ul>
      {changed ? (
        <SaveSearchDialog
          query={changed.query}
          saved={changed}
          onClose={close}
          onRemove={() => {
            close();
            void remove(changed);
          }}
        />
      ) : null}
    </section>
  );
}

function Fresh({ count }: { count: number }) {
  return (
    <span className="badge busy" title={countOf(count, "new match", "new matches")}>
      {count > MOST_FRESH ? `${formatCount(MOST_FRESH)}+` : formatCount(count)}
      <span className="only-for-readers"> new</span>
    </span>
  );
}
