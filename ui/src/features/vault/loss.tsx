import { useQueryClient } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { useState } from "react";
import { Banner } from "../../components/banner";
import { messageOf } from "../../components/blank";
import { Button } from "../../components/button";
import { keys } from "../../data/keys";
import { navigate, routeToRestore } from "../../data/route";
import { usePlatform } from "../../platform/context";
import "./vault.css";

/** Saved data is missing: what is known, and the two ways on. Nothing is changed before a person chooses. */
export function Loss({ message, onBack }: { message: string; onBack: () => void }) {
  const platform = usePlatform();
  const client = useQueryClient();
  const [state, setState] = useState<{ busy: boolean; error: string | null }>({ busy: false, error: null });

  const accept = async () => {
    setState({ busy: true, error: null });
    try {
      client.setQueryData(keys.vault, await platform.vaultAcceptLoss());
    } catch (error) {
      setState({ busy: false, error: messageOf(error) });
    }
  };

  return (
    <main className="gate">
      <section className="gate-card form" aria-labelledby="loss-title">
        <TriangleAlert size={32} strokeWidth={1.5} aria-hidden className="gate-mark" />
        <h1 id="loss-title">Saved data is missing</h1>
        <Banner look="bad">{message}</Banner>
        <p>
          A damaged disk, a copy that was put back, or a program that syncs files can do this. Your own files are not touched by it.
        </p>
        <h2>Put a backup back</h2>
        <p className="soft">
          Everything goes back to the moment of the backup. It is verified before anything is replaced, and what is there now is kept beside it.
        </p>
        <Button
          disabled={state.busy}
          onClick={() => {
            navigate(routeToRestore());
          }}
        >
          Bring a backup back…
        </Button>
        <h2>Go on with what is there</h2>
        <p className="soft">
          Folders and settings that you added or changed in the missing part are gone, and folders that you removed in it are back. Atom then compares all folders with the disk and both indexes with the vault.
        </p>
        {state.error ? <Banner look="bad">{state.error}</Banner> : null}
        <Button autoFocus disabled={state.busy} onClick={onBack}>
          Not now
        </Button>
        <Button look="danger" disabled={state.busy} onClick={() => void accept()}>
          {state.busy ? "Opening…" : "Go on with what is there"}
        </Button>
      </section>
    </main>
  );
}
