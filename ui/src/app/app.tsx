import { useEffect, useState } from "react";
import { ErrorBlank } from "../components/blank";
import { useRestoreState, useSettings, useVault } from "../data/queries";
import { useForgetWhenLocked } from "../data/events";
import { navigate, routeToSearch, useRoute } from "../data/route";
import { applyTheme } from "../data/theme";
import { FirstStart } from "../features/vault/first-start";
import { Restore } from "../features/vault/restore";
import { Unlock } from "../features/vault/unlock";
import { Shell } from "./shell";

/** Which face the main window shows: first start, unlock, the app, or over all of them a backup that is brought back. */
export function App() {
  const vault = useVault();
  const restore = useRestoreState().data;
  const { restores } = useRoute();
  // The vault is open as soon as it is made, while the recovery code is still on screen.
  const [isFirstStart, setFirstStart] = useState(false);
  const state = vault.data?.state;
  useForgetWhenLocked(state);
  if (state === "absent" && !isFirstStart) setFirstStart(true);

  if (vault.error && !vault.data) return <ErrorBlank title="Atom does not answer" error={vault.error} onRetry={() => void vault.refetch()} />;
  if (!vault.data) return null;
  if (restore && (restores || restore.state === "running")) {
    return (
      <Restore
        vault={vault.data}
        run={restore}
        onClose={() => {
          if (state === "open") setFirstStart(false);
          navigate(routeToSearch());
        }}
      />
    );
  }
  if (isFirstStart && state !== "locked") {
    return (
      <FirstStart
        vault={vault.data}
        onDone={() => {
          setFirstStart(false);
        }}
      />
    );
  }
  return state === "open" ? <OpenApp /> : <Unlock vault={vault.data} />;
}

function OpenApp() {
  const settings = useSettings().data;
  useEffect(() => {
    if (settings) applyTheme(settings.theme);
  }, [settings]);
  return <Shell />;
}
