import { AppWindow, Bell, Bookmark, Calculator, History, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { Age } from "../../components/age";
import { HitRow } from "../../components/hit-list";
import { Name } from "../../components/name";
import { countOf, formatCount } from "../../text/format";
import type { Answer } from "../../text/calculate";
import { visibleLine } from "../../text/visible";
import type { QuickRow } from "./rows";

/** What a row shows, in two lines as a file does, or in one. */
export function QuickRowBody({ row }: { row: QuickRow }) {
  switch (row.kind) {
    case "hit":
      return <HitRow hit={row.hit} />;
    case "answer":
      return <AnswerBody answer={row.answer} />;
    case "program":
      return (
        <TwoLines icon={AppWindow} origin="Program" passage={row.program.detail === "" ? null : visibleLine(row.program.detail)}>
          <Name text={row.program.name} highlights={row.match.highlights} />
        </TwoLines>
      );
    case "command":
      return (
        <TwoLines icon={row.command.icon} origin="Atom" passage={row.command.detail}>
          <Name text={row.command.name} highlights={row.match.highlights} />
        </TwoLines>
      );
    case "saved":
      return (
        <OneLine icon={Bookmark} kind="Saved search" aside={row.saved.fresh > 0 ? <span className="badge busy">{`${formatCount(row.saved.fresh)} new`}</span> : row.saved.notify ? <Bell size={14} role="img" aria-label="with notifications" /> : null}>
          <Name text={row.saved.name} />
          <span className="soft quick-behind">
            <Name text={row.saved.query} />
          </span>
        </OneLine>
      );
    case "past":
      return (
        <OneLine
          icon={History}
          kind="Past search"
          aside={
            <>
              {row.past.total === 0 ? "nothing found" : countOf(row.past.total, "result", "results")}
              <Age ms={row.past.at} />
            </>
          }
        >
          <Name text={row.past.query} />
        </OneLine>
      );
  }
}

function AnswerBody({ answer }: { answer: Answer }) {
  return (
    <div className="hit-inner">
      <Calculator className="kind-icon code" size={18} strokeWidth={1.75} role="img" aria-label="Calculator" />
      <span className="title cut quick-answer">{`= ${answer.shown}`}</span>
      <span className="origin">Calculator</span>
      <span className="passage cut">{answer.note ?? visibleLine(answer.question)}</span>
    </div>
  );
}

function TwoLines({ icon: Icon, origin, passage, children }: { icon: LucideIcon; origin: string; passage: string | null; children: ReactNode }) {
  return (
    <div className={`hit-inner ${passage === null ? "lone" : ""}`}>
      <Icon className="kind-icon quick-own" size={18} strokeWidth={1.75} aria-hidden />
      <span className="title cut">{children}</span>
      <span className="origin">{origin}</span>
      {passage === null ? null : <span className="passage cut">{passage}</span>}
    </div>
  );
}

function OneLine({ icon: Icon, kind, aside, children }: { icon: LucideIcon; kind: string; aside: ReactNode; children: ReactNode }) {
  return (
    <div className="hit-inner one">
      <Icon className="kind-icon" size={18} strokeWidth={1.75} role="img" aria-label={kind} />
      <span className="title cut">{children}</span>
      <span className="origin">{aside}</span>
    </div>
  );
}
