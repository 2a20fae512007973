import { Sparkles } from "lucide-react";
import { Button } from "../../components/button";
import { useWhy } from "../../components/why";
import type { HitView } from "../../platform";

/** Below the preview: why the result was found, and what is like it. */
export function HitFoot({ hit, onSimilar }: { hit: HitView; onSimilar: () => void }) {
  const why = useWhy(hit.explain);
  return (
    <footer className="hit-foot">
      {why.line}
      <Button look="quiet" size="small" shortcut="Mod+Shift+S" title="Find what is about the same" onClick={onSimilar}>
        <Sparkles size={16} aria-hidden /> Similar to this
      </Button>
      {why.facts}
    </footer>
  );
}
