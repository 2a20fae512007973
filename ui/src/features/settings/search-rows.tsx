import type { ReactNode } from "react";
import { Switch } from "../../components/switch";
import { Insights } from "./insights";
import { Row } from "./row";
import { SearchHistory } from "./search-history";

interface SearchRowsProps {
  remembers: boolean;
  problem: ReactNode;
  onRemember: (remembers: boolean, effect: string) => void;
}

/** What Atom remembers of searches, all of it in sight, and how it is forgotten. */
export function SearchRows({ remembers, problem, onRemember }: SearchRowsProps) {
  return (
    <>
      <Row
        title="Remember searches"
        note="For completing what you type, for ↑ in quick search, and for the figures below. Kept encrypted in your vault, and never sent anywhere: it stays on this computer."
      >
        <Switch
          checked={remembers}
          onChange={(checked) => {
            onRemember(checked, checked ? "Atom remembers searches, on this computer only" : "Atom notes no more searches");
          }}
        >
          Remember searches
        </Switch>
        {problem}
      </Row>
      <Row id="history" title="Search history" note="Searches after which you opened, showed or copied something, or stayed with what was found. Nobody but you can read them.">
        <SearchHistory remembers={remembers} />
      </Row>
      <Row id="insights" title="Insights" note="How well search works for you. Counted on this computer from your own searches, and never sent anywhere, not even without names.">
        <Insights remembers={remembers} />
      </Row>
    </>
  );
}
