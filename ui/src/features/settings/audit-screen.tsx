import { useInfiniteQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ChevronLeft, Download, ScrollText, ShieldCheck } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Age } from "../../components/age";
import { Banner } from "../../components/banner";
import { Blank, ErrorBlank, messageOf } from "../../components/blank";
import { Button, IconButton } from "../../components/button";
import { Select } from "../../components/select";
import { useToast } from "../../components/toast";
import { keys } from "../../data/keys";
import { useParameters } from "../../data/route";
import { useSlow } from "../../data/wait";
import type { AuditEntryView, AuditVerifyResponse } from "../../platform";
import { usePlatform } from "../../platform/context";
import { countOf, formatMoment, sentence } from "../../text/format";
import { visibleLine } from "../../text/visible";
import { actorOf, AUDIT_KINDS, auditSentence, isAlarming } from "./audit-words";
import "./audit.css";

const PAGE = 100;
const ROW_HEIGHT = 44;

/** What was done to the vault, by whom and when; newest first. */
export function AuditScreen({ onBack }: { onBack: () => void }) {
  const platform = usePlatform();
  const say = useToast();
  const [parameters, change] = useParameters();
  const [verdict, setVerdict] = useState<AuditVerifyResponse | null>(null);
  const [busy, setBusy] = useState(false);
  const kind = AUDIT_KINDS.find((one) => one.name === parameters.get("kind"));

  const attempt = async (what: () => Promise<void>) => {
    setBusy(true);
    try {
      await what();
    } catch (error) {
      say(messageOf(error));
    }
    setBusy(false);
  };
  const verify = () =>
    attempt(async () => {
      setVerdict(await platform.verifyAuditLog());
    });
  const save = () =>
    attempt(async () => {
      const saved = await platform.exportAuditLog();
      if (saved) say(`Saved ${countOf(saved.entries, "entry", "entries")} to ${visibleLine(saved.path)}`);
    });

  return (
    <div className="page">
      <header className="page-head">
        <IconButton label="Back to Settings" onClick={onBack}>
          <ChevronLeft size={18} aria-hidden />
        </IconButton>
        <h1>Activity log</h1>
      </header>
      <div className="audit-tools">
        <Select
          label="Show"
          value={kind?.name ?? ""}
          options={[{ value: "", label: "Everything" }, ...AUDIT_KINDS.map(({ name, label }) => ({ value: name, label }))]}
          onChange={(next) => {
            change({ kind: next }, "push");
          }}
        />
        <span className="audit-gap" />
        <Button size="small" disabled={busy} title="Each entry is sealed to the one before it: a changed or missing one is found" onClick={() => void verify()}>
          <ShieldCheck size={14} aria-hidden /> Verify
        </Button>
        <Button size="small" disabled={busy} title="The file is not encrypted" onClick={() => void save()}>
          <Download size={14} aria-hidden /> Save as a file…
        </Button>
      </div>
      {verdict ? (
        <div className="audit-verdict">
          <Banner look={verdict.ok ? "info" : "bad"}>{sentence(verdict.message)}</Banner>
        </div>
      ) : null}
      <Entries
        key={kind?.name ?? ""}
        actions={kind?.actions ?? []}
        onShowAll={() => {
          change({ kind: null }, "push");
        }}
      />
    </div>
  );
}

function Entries({ actions, onShowAll }: { actions: readonly string[]; onShowAll: () => void }) {
  const platform = usePlatform();
  const scroller = useRef<HTMLDivElement>(null);
  const pages = useInfiniteQuery({
    queryKey: keys.audit(actions),
    queryFn: ({ pageParam }) => platform.auditLog({ actions: [...actions], since: null, before: pageParam, limit: PAGE }),
    initialPageParam: null as number | null,
    getNextPageParam: (last) => (last.entries.length < PAGE ? null : (last.entries.at(-1)?.seq ?? null)),
  });
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = pages;
  const entries = pages.data?.pages.flatMap((page) => page.entries) ?? [];
  const total = pages.data?.pages[0]?.total ?? 0;
  const rows = useVirtualizer({ count: entries.length, getScrollElement: () => scroller.current, estimateSize: () => ROW_HEIGHT, overscan: 12 });
  const items = rows.getVirtualItems();
  const slow = useSlow(pages.isPending);
  const isNearEnd = entries.length > 0 && (items.at(-1)?.index ?? 0) >= entries.length - 1;

  useEffect(() => {
    if (isNearEnd && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [isNearEnd, hasNextPage, isFetchingNextPage, fetchNextPage]);

  if (pages.error && !pages.data) return <ErrorBlank title="Atom cannot read the activity log" error={pages.error} onRetry={() => void pages.refetch()} />;
  if (pages.isPending) return <div aria-busy="true">{slow ? <div className="skeleton" style={{ height: 240 }} /> : null}</div>;
  if (entries.length === 0) {
    return actions.length > 0 ? (
      <Blank icon={ScrollText} title="No such entries" actions={<Button onClick={onShowAll}>Show everything</Button>}>
        <p>Nothing of this kind is in the log.</p>
      </Blank>
    ) : (
      <Blank icon={ScrollText} title="Nothing in the log yet">
        <p>Opening and locking the vault, folders, settings, backups and exports are listed here as they happen.</p>
      </Blank>
    );
  }
  return (
    <div role="table" aria-label="Activity log" aria-rowcount={total + 1} className="table">
      <div role="rowgroup" className="table-head">
        <div role="row" className="table-row audit-row head" aria-rowindex={1}>
          <span role="columnheader">What</span>
          <span role="columnheader">Who</span>
          <span role="columnheader">When</span>
        </div>
      </div>
      <div ref={scroller} className="table-scroller" role="rowgroup" tabIndex={0} aria-label="Entries">
        <div role="presentation" style={{ height: rows.getTotalSize(), position: "relative" }}>
          {items.map((item) => {
            const entry = entries[item.index];
            return entry ? <Entry key={entry.seq} entry={entry} index={item.index} start={item.start} /> : null;
          })}
        </div>
      </div>
    </div>
  );
}

function Entry({ entry, index, start }: { entry: AuditEntryView; index: number; start: number }) {
  const text = auditSentence(entry);
  return (
    <div role="row" aria-rowindex={index + 2} className="table-row audit-row placed" style={{ height: ROW_HEIGHT, transform: `translateY(${start}px)` }}>
      <span role="cell" className={`cut ${isAlarming(entry) ? "audit-odd" : ""}`} title={text}>
        {text}
      </span>
      <span role="cell" className="soft">
        {actorOf(entry)}
      </span>
      <span role="cell" className="audit-when">
        <span className="cut">{formatMoment(entry.at)}</span>
        <span className="faint">
          <Age ms={entry.at} />
        </span>
      </span>
    </div>
  );
}
