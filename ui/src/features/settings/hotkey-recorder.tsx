import { useState } from "react";
import { Keycaps } from "../../components/keycaps";
import { recordHotkey } from "./hotkey";

interface HotkeyRecorderProps {
  value: string;
  onRecord: (hotkey: string) => void;
}

export function HotkeyRecorder({ value, onRecord }: HotkeyRecorderProps) {
  const [state, setState] = useState<{ on: boolean; held: string[]; hint: string | null }>({ on: false, held: [], hint: null });
  const stop = () => {
    setState({ on: false, held: [], hint: null });
  };
  return (
    <div className="hotkey">
      <button
        type="button"
        className={`button hotkey-button ${state.on ? "on" : ""}`}
        onClick={() => {
          setState({ on: true, held: [], hint: null });
        }}
        onBlur={stop}
        onKeyDown={(event) => {
          if (!state.on) return;
          event.preventDefault();
          event.stopPropagation();
          if (event.code === "Escape") {
            stop();
            return;
          }
          const recorded = recordHotkey(event.nativeEvent);
          if (recorded.kind === "waiting") setState({ on: true, held: recorded.held, hint: null });
          else if (recorded.kind === "refused") setState({ on: true, held: [], hint: recorded.reason });
          else {
            stop();
            onRecord(recorded.hotkey);
          }
        }}
      >
        {state.on ? state.held.length > 0 ? <Keycaps shortcut={state.held.join("+")} /> : "Press keys…" : (
          <>
            <span className="only-for-readers">Quick search shortcut: </span>
            <Keycaps shortcut={value} />
          </>
        )}
      </button>
      <span className="soft" role="status">
        {state.on ? (state.hint ?? "Escape keeps the old one.") : ""}
      </span>
    </div>
  );
}
