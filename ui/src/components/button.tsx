import type { ButtonHTMLAttributes, ReactNode } from "react";
import { shortcutLabel } from "../data/keyboard";
import { usePlatform } from "../platform/context";

type Look = "normal" | "main" | "danger" | "quiet";

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: Look;
  size?: "normal" | "small";
  shortcut?: string;
}

function useTip(label: string | undefined, shortcut: string | undefined): string | undefined {
  const { isMac } = usePlatform();
  if (!shortcut) return label;
  return label ? `${label} (${shortcutLabel(shortcut, isMac)})` : shortcutLabel(shortcut, isMac);
}

export function Button({ look = "normal", size = "normal", shortcut, className = "", title, ...rest }: ButtonProps) {
  const tip = useTip(title, shortcut);
  return <button type="button" {...rest} title={tip} className={`button ${look} ${size} ${className}`} />;
}

interface IconButtonProps extends Omit<ButtonProps, "title"> {
  label: string;
  children: ReactNode;
}

/** A button of one icon; its name is the tooltip too. */
export function IconButton({ label, shortcut, look = "quiet", size, className = "", ...rest }: IconButtonProps) {
  const tip = useTip(label, shortcut);
  return <button type="button" {...rest} aria-label={label} title={tip} className={`button ${look} ${size ?? ""} icon ${className}`} />;
}
