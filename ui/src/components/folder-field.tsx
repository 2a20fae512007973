import { FolderOpen } from "lucide-react";
import { useId } from "react";
import { usePlatform } from "../platform/context";
import { Button } from "./button";

interface FolderFieldProps {
  label: string;
  value: string;
  placeholder?: string;
  autoFocus?: boolean;
  disabled?: boolean;
  /** What becomes of a folder that was chosen in the system's dialog. */
  picked?: (folder: string) => string;
  onChange: (folder: string) => void;
  onProblem: (error: unknown) => void;
}

/** A folder, by the system's dialog or by its path. */
export function FolderField({ label, value, placeholder, autoFocus = false, disabled = false, picked = (folder) => folder, onChange, onProblem }: FolderFieldProps) {
  const platform = usePlatform();
  const id = useId();

  const choose = async () => {
    try {
      const folder = await platform.pickFolder();
      if (folder !== null) onChange(picked(folder));
    } catch (error) {
      onProblem(error);
    }
  };

  return (
    <div className="form-field">
      <label htmlFor={id}>{label}</label>
      <div className="folder-field">
        <input
          id={id}
          className="field"
          autoComplete="off"
          spellCheck={false}
          autoFocus={autoFocus}
          disabled={disabled}
          placeholder={placeholder}
          value={value}
          onChange={(event) => {
            onChange(event.target.value);
          }}
        />
        <Button disabled={disabled} onClick={() => void choose()}>
          <FolderOpen size={16} aria-hidden /> Choose…
        </Button>
      </div>
    </div>
  );
}
