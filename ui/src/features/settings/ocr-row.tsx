import type { ReactNode } from "react";
import { Banner } from "../../components/banner";
import { Switch } from "../../components/switch";
import type { OcrSettings, OcrView } from "../../platform";
import { visibleLine } from "../../text/visible";
import { Row } from "./row";

interface OcrRowProps {
  settings: OcrSettings;
  /** What the core knows of Tesseract; null until it has answered. */
  status: OcrView | null;
  problem: ReactNode;
  onSave: (ocr: OcrSettings, effect: string) => void;
}

/** Text in pictures and scans: whether, and in which of the installed languages. */
export function OcrRow({ settings, status, problem, onSave }: OcrRowProps) {
  const installed = status?.installed ?? [];
  const used = settings.languages.length > 0 ? settings.languages : (status?.languages ?? []);
  return (
    <Row
      title="Text in pictures"
      note="Finds pictures and scans by the words in them. Tesseract, a program of your system, reads them last, one at a time, without network and without a file of yours but the picture."
    >
      <Switch
        checked={settings.enabled}
        onChange={(enabled) => {
          onSave({ ...settings, enabled }, enabled ? "Text in pictures will be recognised" : "Text in pictures is not recognised any more");
        }}
      >
        Recognise text in pictures and scans
      </Switch>
      {settings.enabled && status?.state === "missing" ? (
        <Banner>{status.message ? visibleLine(status.message) : "Tesseract is not installed. Install the package tesseract-ocr to find pictures and scans by the text in them."}</Banner>
      ) : null}
      {settings.enabled && status?.state === "failed" && status.message ? <Banner look="bad">{visibleLine(status.message)}</Banner> : null}
      {settings.enabled && installed.length > 1 ? (
        <fieldset className="ocr-languages">
          <legend className="soft">Languages</legend>
          {installed.map((code) => (
            <label key={code}>
              <input
                type="checkbox"
                checked={used.includes(code)}
                onChange={(event) => {
                  const languages = event.target.checked ? [...used, code] : used.filter((other) => other !== code);
                  onSave({ ...settings, languages }, "Languages changed: pictures and scans are looked at again");
                }}
              />
              {nameOf(code)}
            </label>
          ))}
        </fieldset>
      ) : null}
      {problem}
    </Row>
  );
}

/** A language of Tesseract in words, where its code is one of the standard. */
function nameOf(code: string): string {
  try {
    const name = new Intl.DisplayNames(["en"], { type: "language" }).of(code.replace("chi_sim", "zh-Hans").replace("chi_tra", "zh-Hant"));
    return name ?? code;
  } catch {
    return code;
  }
}
