import { useId, useState, type SyntheticEvent } from "react";
import { Banner } from "../../components/banner";
import { messageOf } from "../../components/blank";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import type { FilesExplainResponse } from "../../platform";
import { usePlatform } from "../../platform/context";
import { visibleLine } from "../../text/visible";

/** Says why the file at a path is found, or what keeps it from being found. */
export function LookUp({ onClose }: { onClose: () => void }) {
  const platform = usePlatform();
  const [path, setPath] = useState("");
  const [answer, setAnswer] = useState<FilesExplainResponse | null>(null);
  const [state, setState] = useState<{ busy: boolean; error: string | null }>({ busy: false, error: null });
  const id = useId();

  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    if (path.trim() === "") return;
    setState({ busy: true, error: null });
    setAnswer(null);
    try {
      setAnswer(await platform.explainFile(path.trim()));
      setState({ busy: false, error: null });
    } catch (error) {
      setState({ busy: false, error: messageOf(error) });
    }
  };
  return (
    <Dialog title="Why is a file not found?" onClose={onClose} wide>
      <form className="form" aria-label="Look up a file" onSubmit={(event) => void submit(event)}>
        <label htmlFor={id}>Path of the file</label>
        <input
          id={id}
          className="field"
          placeholder="~/Documents/report.pdf"
          autoComplete="off"
          spellCheck={false}
          value={path}
          onChange={(event) => {
            setPath(event.target.value);
          }}
        />
        <div aria-live="polite">
          {answer === null ? null : (
            <Banner look={answer.file === null ? "warn" : "info"}>
              <p className="selectable">{visibleLine(answer.path)}</p>
              <p>{visibleLine(answer.message)}</p>
            </Banner>
          )}
          {state.error === null ? null : <Banner look="bad">{state.error}</Banner>}
        </div>
        <div className="form-actions">
          <Button onClick={onClose}>Close</Button>
          <Button type="submit" look="main" disabled={state.busy || path.trim() === ""}>
            Look it up
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
