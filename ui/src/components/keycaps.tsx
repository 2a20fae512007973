import { shortcutKeys } from "../data/keyboard";
import { usePlatform } from "../platform/context";

export function Keycaps({ shortcut }: { shortcut: string }) {
  const { isMac } = usePlatform();
  return (
    <span className="keycaps">
      {shortcutKeys(shortcut, isMac).map((key) => (
        <kbd key={key} className="keycap">
          {key}
        </kbd>
      ))}
    </span>
  );
}
