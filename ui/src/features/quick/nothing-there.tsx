import { SearchX } from "lucide-react";
import { Blank, ErrorBlank } from "../../components/blank";
import { Name } from "../../components/name";
import { useStatus } from "../../data/queries";
import { useSlow } from "../../data/wait";
import { countOf } from "../../text/format";

interface NothingThereProps {
  query: string;
  isEmpty: boolean;
  isPending: boolean;
  error: Error | null;
  onRetry: () => void;
}

/** What stands where there is no row: not yet, not at all, or why not. */
export function NothingThere({ query, isEmpty, isPending, error, onRetry }: NothingThereProps) {
  const status = useStatus().data;
  const slow = useSlow(isPending);
  if (error) return <ErrorBlank title="The search did not work" error={error} onRetry={onRetry} />;
  if (isPending) return <div aria-busy="true">{slow ? <p className="quick-waiting">Searching…</p> : null}</div>;
  if (isEmpty) {
    return (
      <Blank icon={SearchX} title="Nothing indexed yet">
        <p>Add a folder in the main window, then search it here.</p>
      </Blank>
    );
  }
  const left = status ? status.progress.words.total - status.progress.words.done : 0;
  return (
    <Blank icon={SearchX} title="Nothing found">
      <p>
        Nothing matches <Name text={query} />.
      </p>
      <p>{left > 0 ? `${countOf(left, "file is", "files are")} not read yet: it may be among them.` : "Try fewer words, or another word for it."}</p>
    </Blank>
  );
}
