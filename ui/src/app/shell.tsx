import { Activity, FolderOpen, Keyboard, Search, Settings as SettingsIcon, type LucideIcon } from "lucide-react";
import { Fragment, useEffect, useState } from "react";
import { IconButton } from "../components/button";
import { AirGapState } from "../components/air-gap";
import { IndexState, IndexTrouble } from "../components/index-state";
import { isShortcut, isTyping, shortcutLabel, useWindowKeys } from "../data/keyboard";
import { navigate, routeTo, routeToStart, useRoute, type Area } from "../data/route";
import { ActivityScreen } from "../features/activity/activity-screen";
import { SavedSearches } from "../features/saved/saved-searches";
import { SearchScreen } from "../features/search/search-screen";
import { SettingsScreen } from "../features/settings/settings-screen";
import { SourcesScreen } from "../features/sources/sources-screen";
import { usePlatform } from "../platform/context";
import { KeySheet } from "./key-sheet";
import "./shell.css";

const AREAS: readonly { area: Area; label: string; icon: LucideIcon; shortcut: string }[] = [
  { area: "search", label: "Search", icon: Search, shortcut: "Mod+1" },
  { area: "sources", label: "Sources", icon: FolderOpen, shortcut: "Mod+2" },
  { area: "activity", label: "Activity", icon: Activity, shortcut: "Mod+3" },
  { area: "settings", label: "Settings", icon: SettingsIcon, shortcut: "Mod+," },
];

export function Shell() {
  const { area } = useRoute();
  const platform = usePlatform();
  const [isSheetOpen, setSheetOpen] = useState(false);
  // Each area remembers where it was, for this run only.
  const [places, setPlaces] = useState<Partial<Record<Area, string>>>({});

  // A start has no address yet, and what has none cannot be come back to.
  useEffect(() => {
    if (window.location.hash === "") navigate(routeToStart(area), "replace");
  }, [area]);

  const go = (to: Area) => {
    if (to === area) return;
    setPlaces({ ...places, [area]: window.location.hash });
    navigate(places[to] ?? routeToStart(to));
  };

  useWindowKeys((event) => {
    const target = AREAS.find((one) => isShortcut(event, one.shortcut, platform.isMac));
    if (target) {
      event.preventDefault();
      go(target.area);
    } else if (isShortcut(event, "Mod+/", platform.isMac) || (event.key === "?" && !isTyping(event.target))) {
      event.preventDefault();
      setSheetOpen(true);
    } else if (isShortcut(event, "Mod+Shift+L", platform.isMac)) {
      event.preventDefault();
      void platform.vaultLock();
    }
  });

  return (
    <div className="shell">
      <nav className="side" aria-label="Areas">
        {AREAS.map(({ area: one, label, icon: Icon, shortcut }) => (
          <Fragment key={one}>
            {one === "settings" ? <SavedSearches /> : null}
            <a
              href={routeTo(one)}
              aria-current={one === area ? "page" : undefined}
              className={one === "settings" ? "foot" : ""}
              title={`${label} (${shortcutLabel(shortcut, platform.isMac)})`}
              onClick={(event) => {
                event.preventDefault();
                go(one);
              }}
            >
              <Icon size={18} strokeWidth={1.75} aria-hidden />
              {label}
            </a>
          </Fragment>
        ))}
      </nav>
      <main className="stage">{screenOf(area)}</main>
      <IndexTrouble />
      <footer className="status-bar">
        <IconButton
          label="Keyboard shortcuts"
          shortcut="?"
          onClick={() => {
            setSheetOpen(true);
          }}
        >
          <Keyboard size={16} aria-hidden />
        </IconButton>
        <AirGapState />
        <IndexState />
      </footer>
      {isSheetOpen ? (
        <KeySheet
          onClose={() => {
            setSheetOpen(false);
          }}
        />
      ) : null}
    </div>
  );
}

function screenOf(area: Area) {
  switch (area) {
    case "search":
      return <SearchScreen />;
    case "sources":
      return <SourcesScreen />;
    case "activity":
      return <ActivityScreen />;
    case "settings":
      return <SettingsScreen />;
  }
}
