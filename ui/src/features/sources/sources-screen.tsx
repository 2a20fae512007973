import { useQueryClient } from "@tanstack/react-query";
import { FileQuestion, FolderPlus } from "lucide-react";
import { useState } from "react";
import { AddFolder } from "../../components/add-folder";
import { Blank, ErrorBlank } from "../../components/blank";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { useToast } from "../../components/toast";
import { keys } from "../../data/keys";
import { useSources } from "../../data/queries";
import { useParameters } from "../../data/route";
import { useSlow } from "../../data/wait";
import { visibleLine } from "../../text/visible";
import { LookUp } from "./look-up";
import { SourceCard } from "./source-card";
import { SourceFiles } from "./source-files";
import "./sources.css";

export function SourcesScreen() {
  const [parameters, change] = useParameters();
  const sources = useSources();
  const slow = useSlow(sources.isPending);
  const client = useQueryClient();
  const say = useToast();
  const [wantsToAdd, setAdding] = useState(false);
  // An address may ask for it as well, also while this screen is already shown.
  const isAdding = wantsToAdd || parameters.get("add") === "1";
  const [isLookingUp, setLookingUp] = useState(false);
  const id = parameters.get("id");
  const list = sources.data ?? [];

  if (id !== null) {
    return (
      <SourceFiles
        source={list.find((source) => source.id === id) ?? null}
        id={id}
        onBack={() => {
          change({ id: null, state: null, q: null }, "push");
        }}
      />
    );
  }
  const closeAdding = () => {
    setAdding(false);
    change({ add: null });
  };
  return (
    <div className="page">
      <header className="page-head">
        <h1>Sources</h1>
        <Button
          onClick={() => {
            setLookingUp(true);
          }}
        >
          <FileQuestion size={16} aria-hidden /> Look up a file…
        </Button>
        <Button
          look="main"
          onClick={() => {
            setAdding(true);
          }}
        >
          <FolderPlus size={16} aria-hidden /> Add folder
        </Button>
      </header>
      <div className="page-body">
        {sources.error ? (
          <ErrorBlank title="Atom cannot list its folders" error={sources.error} onRetry={() => void sources.refetch()} />
        ) : sources.isPending ? (
          <div aria-busy="true">{slow ? <div className="skeleton" style={{ height: 120 }} /> : null}</div>
        ) : list.length === 0 ? (
          <Blank icon={FolderPlus} title="No folders yet">
            <p>Add a folder, and Atom makes everything in it searchable. The files stay as and where they are.</p>
          </Blank>
        ) : (
          <ul className="source-list">
            {list.map((source) => (
              <SourceCard
                key={source.id}
                source={source}
                onFiles={(state) => {
                  change({ id: source.id, state }, "push");
                }}
              />
            ))}
          </ul>
        )}
      </div>
      {isLookingUp ? (
        <LookUp
          onClose={() => {
            setLookingUp(false);
          }}
        />
      ) : null}
      {isAdding ? (
        <Dialog title="Add a folder" onClose={closeAdding} wide>
          <p className="soft">Atom reads what is in it and keeps an encrypted index. It follows your ignore rules and .gitignore files.</p>
          <AddFolder
            onAdded={(source) => {
              closeAdding();
              say(`Added ${visibleLine(source.path)}`);
              void client.invalidateQueries({ queryKey: keys.sources });
            }}
          />
          <div className="actions">
            <Button onClick={closeAdding}>Cancel</Button>
          </div>
        </Dialog>
      ) : null}
    </div>
  );
}
