import { useState } from "react";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { entriesLike } from "./reference";

/** Every operator, with an example that a click tries. */
export function ReferenceSheet({ onTry, onClose }: { onTry: (query: string) => void; onClose: () => void }) {
  const [text, setText] = useState("");
  const groups = entriesLike(text);
  return (
    <Dialog title="What a search can say" wide onClose={onClose}>
      <p className="soft">Plain words are enough. For more, choose an example to try it, and change it to what you seek.</p>
      <input
        className="field"
        type="text"
        aria-label="Find an operator"
        placeholder="Find: size, date, folder…"
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
        }}
      />
      <div className="reference" role="region" aria-label="Operators" tabIndex={0}>
        {groups.map(({ title, entries }) => (
          <section key={title} aria-label={title}>
            <h3 className="faint">{title}</h3>
            <ul>
              {entries.map(({ example, meaning, also }) => (
                <li key={example}>
                  <button
                    type="button"
                    className="example"
                    title="Try it"
                    onClick={() => {
                      onTry(example);
                    }}
                  >
                    {example}
                  </button>
                  <span>
                    {meaning}
                    {also ? <span className="faint also">{also}</span> : null}
                  </span>
                </li>
              ))}
            </ul>
          </section>
        ))}
        {groups.length === 0 ? <p className="soft">There is no such operator. An unknown one is searched as plain text.</p> : null}
      </div>
      <div className="actions">
        <Button onClick={onClose}>Close</Button>
      </div>
    </Dialog>
  );
}
