import type { ReactNode } from "react";

interface SwitchProps {
  checked: boolean;
  disabled?: boolean;
  onChange: (checked: boolean) => void;
  /** What is on when it is on. */
  children: ReactNode;
}

/** On or off, at once; the label belongs to it. */
export function Switch({ checked, disabled = false, onChange, children }: SwitchProps) {
  return (
    <label className="switch">
      <input
        type="checkbox"
        role="switch"
        checked={checked}
        disabled={disabled}
        onChange={(event) => {
          onChange(event.target.checked);
        }}
      />
      {children}
    </label>
  );
}
