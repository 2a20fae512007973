import { Unplug } from "lucide-react";
import { useSettings } from "../data/queries";
import { routeTo } from "../data/route";

/** Says that the air gap is on, in sight of every page; leads to the settings. Nothing when it is off. */
export function AirGapState() {
  const settings = useSettings().data;
  return settings?.airGap ? (
    <a className="air-gap-state" href={routeTo("settings")} title="Nothing of Atom may connect to a network. Opens Settings.">
      <Unplug size={14} aria-hidden /> Air gap on
    </a>
  ) : null;
}
