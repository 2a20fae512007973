import { useQueryClient } from "@tanstack/react-query";
import { Folder } from "lucide-react";
import { AddFolder } from "../../components/add-folder";
import { Button } from "../../components/button";
import { Name } from "../../components/name";
import { StateBadge } from "../../components/state-badge";
import { keys } from "../../data/keys";
import { useSources } from "../../data/queries";

export function FoldersStep({ onDone }: { onDone: () => void }) {
  const client = useQueryClient();
  const sources = useSources().data ?? [];
  return (
    <div className="form">
      <h1>Choose folders to search</h1>
      <p className="soft">Atom reads the files in them and keeps an encrypted index. It changes nothing in them. You can add and remove folders at any time.</p>
      {sources.length > 0 ? (
        <ul className="gate-folders" aria-label="Chosen folders">
          {sources.map((source) => (
            <li key={source.id}>
              <Folder size={16} aria-hidden />
              <span className="cut">
                <Name text={source.path} />
              </span>
              <StateBadge of="source" state={source.state} />
            </li>
          ))}
        </ul>
      ) : null}
      <AddFolder onAdded={() => void client.invalidateQueries({ queryKey: keys.sources })} />
      <div className="form-actions">
        {sources.length === 0 ? <Button onClick={onDone}>Later</Button> : null}
        <Button look="main" disabled={sources.length === 0} onClick={onDone}>
          Start searching
        </Button>
      </div>
    </div>
  );
}
