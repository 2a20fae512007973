import { AppWindow } from "lucide-react";
import { messageOf } from "../../components/blank";
import { useProgramsFor } from "../../data/personal";
import { useSlow } from "../../data/wait";
import type { HitView } from "../../platform";
import { ActionMenu } from "./action-menu";

interface OpenWithProps {
  hit: HitView;
  onChoose: (program: string) => void;
  onBack: () => void;
  onClose: () => void;
}

/** Programs that open a file, the usual one first. */
export function OpenWith({ hit, onChoose, onBack, onClose }: OpenWithProps) {
  const programs = useProgramsFor(hit.id);
  const slow = useSlow(programs.isPending);
  const actions = (programs.data ?? []).map((program) => ({
    id: encodeURIComponent(program.id),
    label: program.name,
    icon: AppWindow,
    ...(program.isDefault ? { aside: "usual" } : {}),
    run: () => {
      onChoose(program.id);
    },
  }));
  const why = programs.error ? messageOf(programs.error) : programs.data?.length === 0 ? "No program says that it opens such files." : null;
  return (
    <ActionMenu label="Open with…" actions={actions} onBack={onBack} onClose={onClose}>
      {why !== null ? (
        <p className="action-none" role="status">
          {why}
        </p>
      ) : programs.isPending ? (
        <p className="action-none" aria-busy="true">
          {slow ? "Looking for programs…" : ""}
        </p>
      ) : undefined}
    </ActionMenu>
  );
}
