import type { ReactNode } from "react";
import { Select } from "../../components/select";
import { Switch } from "../../components/switch";
import type { Settings } from "../../platform";
import { Row } from "./row";

const FLOORS = [10, 20, 30, 50, 80];

interface MannersProps {
  settings: Settings;
  problemOf: (field: keyof Settings) => ReactNode;
  onSave: <Field extends keyof Settings>(field: Field, value: Settings[Field], effect: string) => void;
}

/** When background work holds back by itself. */
export function Manners({ settings, problemOf, onSave }: MannersProps) {
  const floor = settings.batteryFloor;
  const floors = [...new Set(floor === null ? FLOORS : [...FLOORS, floor])].sort((a, b) => a - b);
  return (
    <Row
      title="Holding back"
      note="Search comes first at any time. Names and words are light and always go on; meaning takes more, and is what waits. On battery one core works at most. Activity says when and why, and lets it continue anyway."
    >
      <Select
        label="On battery"
        value={floor === null ? "" : String(floor)}
        options={[
          ...floors.map((percent) => ({ value: String(percent), label: `Wait below ${percent} % battery` })),
          { value: "", label: "Ignore the battery" },
        ]}
        onChange={(value) => {
          onSave(
            "batteryFloor",
            value === "" ? null : Number(value),
            value === "" ? "A battery makes no difference now" : `On battery, one core works, and meaning waits below ${value} %`,
          );
        }}
      />
      {problemOf("batteryFloor")}
      <Switch
        checked={settings.followHeat}
        onChange={(checked) => {
          onSave("followHeat", checked, checked ? "Atom slows down when this computer gets warm" : "Heat makes no difference now");
        }}
      >
        Keep this computer cool
      </Switch>
      {problemOf("followHeat")}
      <Switch
        checked={settings.waitForPerson}
        onChange={(checked) => {
          onSave("waitForPerson", checked, checked ? "Meaning waits while you use this computer" : "Meaning goes on while you use this computer");
        }}
      >
        Wait while I use this computer
      </Switch>
      {problemOf("waitForPerson")}
    </Row>
  );
}
