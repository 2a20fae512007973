import { FolderPlus } from "lucide-react";
import { useId, useState } from "react";
import type { SourceView } from "../platform";
import { usePlatform } from "../platform/context";
import { Banner } from "./banner";
import { messageOf } from "./blank";
import { Button } from "./button";

/** Adds a folder by the system's dialog, or by a path that is typed or pasted. */
export function AddFolder({ onAdded, autoFocus = false }: { onAdded: (source: SourceView) => void; autoFocus?: boolean }) {
  const platform = usePlatform();
  const [path, setPath] = useState("");
  const [state, setState] = useState<{ busy: boolean; error: string | null }>({ busy: false, error: null });
  const id = useId();

  const attempt = async (find: () => Promise<string | null>) => {
    setState({ busy: true, error: null });
    try {
      const folder = await find();
      if (folder) {
        const source = await platform.addSource(folder);
        setPath("");
        onAdded(source);
      }
      setState({ busy: false, error: null });
    } catch (error) {
      setState({ busy: false, error: messageOf(error) });
    }
  };

  return (
    <form
      className="add-folder"
      aria-label="Add a folder"
      onSubmit={(event) => {
        event.preventDefault();
        if (path.trim() !== "") void attempt(() => Promise.resolve(path.trim()));
      }}
    >
      <Button autoFocus={autoFocus} disabled={state.busy} onClick={() => void attempt(() => platform.pickFolder())}>
        <FolderPlus size={16} aria-hidden /> Choose a folder…
      </Button>
      <div className="add-path">
        <label htmlFor={id} className="soft">
          or type its path
        </label>
        <input
          id={id}
          className="field"
          placeholder="~/Documents"
          autoComplete="off"
          spellCheck={false}
          value={path}
          onChange={(event) => {
            setPath(event.target.value);
          }}
        />
        <Button type="submit" disabled={state.busy || path.trim() === ""}>
          Add
        </Button>
      </div>
      {state.error ? <Banner look="bad">{state.error}</Banner> : null}
    </form>
  );
}
