import { useEffect, useState } from "react";
import { ErrorBlank } from "../components/blank";
import { useSettings, useVault } from "../data/queries";
import { useForgetWhenLocked } from "../data/events";
import { applyTheme } from "../data/theme";
import { FirstStart } from "../features/vault/first-start";
import { Unlock } from "../features/vault/unlock";
import { Shell } from "./shell";

/** Which of the three faces the main window shows: first start, unlock, or the app. */
export function App() {
  const vault = useVault();
  // The vault is open as soon as it is made, while the recovery code is still on screen.
  const [isFirstStart, setFirstStart] = useState(false);
  const state = vault.data?.state;
  useForgetWhenLocked(state);
  if (state === "absent" && !isFirstStart) setFirstStart(true);

  if (vault.error && !vault.data) return <ErrorBlank title="Atom does not answer" error={vault.error} onRetry={() => void vault.refetch()} />;
  if (!vault.data) return null;
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
