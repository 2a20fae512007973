import { Fragment } from "react";
import { shortcutKeys } from "../data/keyboard";
import { usePlatform } from "../platform/context";

export function Keycaps({ shortcut }: { shortcut: string }) {
  const { isMac } = usePlatform();
  return (
    <span className="keycaps">
      {shortcutKeys(shortcut, isMac).map((key, index) => (
        <Fragment key={key}>
          {index > 0 ? <span className="only-for-readers">+</span> : null}
          <kbd className="keycap">{key}</kbd>
        </Fragment>
      ))}
    </span>
  );
}
