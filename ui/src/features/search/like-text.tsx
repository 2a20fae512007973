import { useState } from "react";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { isShortcut } from "../../data/keyboard";
import { LIKE_TEXT_LENGTH } from "../../data/similar";
import { usePlatform } from "../../platform/context";
import { formatCount } from "../../text/format";

/** A text to find the like of. It goes nowhere but into the search. */
export function LikeTextDialog({ initial, onFind, onClose }: { initial: string; onFind: (text: string) => void; onClose: () => void }) {
  const { isMac } = usePlatform();
  const [text, setText] = useState(initial);
  const seek = text.trim().slice(0, LIKE_TEXT_LENGTH);
  const find = () => {
    if (seek !== "") onFind(seek);
  };
  return (
    <Dialog title="Find something like a text" wide onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          find();
        }}
      >
        <div className="form-field">
          <label htmlFor="like-text">Text</label>
          <textarea
            id="like-text"
            className="field like-text"
            rows={9}
            placeholder="Paste a paragraph, a mail, a description…"
            aria-describedby="like-text-note"
            value={text}
            onChange={(event) => {
              setText(event.target.value);
            }}
            onKeyDown={(event) => {
              if (!isShortcut(event, "Mod+Enter", isMac)) return;
              event.preventDefault();
              find();
            }}
          />
          <p id="like-text-note" className="soft">
            {text.trim().length > LIKE_TEXT_LENGTH ? `The first ${formatCount(LIKE_TEXT_LENGTH)} characters are sought with.` : "Files that are about the same are found, whatever their words."}
          </p>
        </div>
        <div className="form-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="main" type="submit" shortcut="Mod+Enter" disabled={seek === ""}>
            Find
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
