import { useVirtualizer } from "@tanstack/react-virtual";
import { RotateCw } from "lucide-react";
import { useRef, type ReactNode } from "react";
import { Age } from "../../components/age";
import { ErrorBlank } from "../../components/blank";
import { IconButton } from "../../components/button";
import { Name } from "../../components/name";
import { RETRYABLE_STATES, StateBadge } from "../../components/state-badge";
import { useSlow } from "../../data/wait";
import type { FilesListRequest, FileView } from "../../platform";
import { countOf, formatSize } from "../../text/format";
import { visibleLine } from "../../text/visible";
import { useFilePages, useFileTotal } from "./use-file-pages";

const ROW_HEIGHT = 44;
const STAGES: Readonly<Record<string, string>> = { names: "by name", words: "by word", meaning: "by meaning" };

interface FileTableProps {
  filter: Omit<FilesListRequest, "offset" | "limit">;
  onRetry: (file: FileView) => void;
  empty: ReactNode;
}

export function FileTable({ filter, onRetry, empty }: FileTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const total = useFileTotal(filter);
  const rows = useVirtualizer({ count: total ?? 0, getScrollElement: () => scroller.current, estimateSize: () => ROW_HEIGHT, overscan: 12 });
  const items = rows.getVirtualItems();
  const pages = useFilePages(filter, items[0]?.index ?? 0, items.at(-1)?.index ?? 0);
  const slow = useSlow(total === null);

  if (pages.error && total === null) return <ErrorBlank title="Atom cannot list these files" error={pages.error} onRetry={pages.retry} />;
  if (total === 0) return <>{empty}</>;
  return (
    <div role="table" aria-label="Files" aria-rowcount={(total ?? 0) + 1} className="table" aria-busy={total === null}>
      <div role="rowgroup" className="table-head">
        <div role="row" className="table-row file-row head" aria-rowindex={1}>
          <span role="columnheader">File</span>
          <span role="columnheader">State</span>
          <span role="columnheader">Findable</span>
          <span role="columnheader">Size</span>
          <span role="columnheader">Changed</span>
          <span role="columnheader">
            <span className="only-for-readers">Actions</span>
          </span>
        </div>
      </div>
      <div ref={scroller} className="table-scroller" role="rowgroup" tabIndex={0} aria-label="Files">
        <div role="presentation" style={{ height: rows.getTotalSize(), position: "relative" }}>
          {items.map((item) => (
            <FileRow key={item.key} index={item.index} start={item.start} file={pages.fileAt(item.index)} slow={slow} onRetry={onRetry} />
          ))}
        </div>
      </div>
    </div>
  );
}

function FileRow({ index, start, file, slow, onRetry }: { index: number; start: number; file: FileView | undefined; slow: boolean; onRetry: (file: FileView) => void }) {
  const place = { height: ROW_HEIGHT, transform: `translateY(${start}px)` };
  if (!file) {
    return (
      <div role="row" aria-rowindex={index + 2} className="table-row file-row placed" style={place}>
        <span role="cell">{slow ? <span className="skeleton" /> : null}</span>
      </div>
    );
  }
  return (
    <div role="row" aria-rowindex={index + 2} className="table-row file-row placed" style={place}>
      <span role="cell" className="file-name">
        <span className="cut" title={visibleLine(file.path)}>
          <Name text={file.name} />
        </span>
        <span className="cut faint">
          {file.members > 0 ? `${countOf(file.members, "file", "files")} in it found by themselves. ` : null}
          <Name text={file.reason ?? file.path} />
        </span>
      </span>
      <span role="cell">
        <StateBadge of="file" state={file.state} />
      </span>
      <span role="cell" className="soft">
        {STAGES[file.stage] ?? file.stage}
      </span>
      <span role="cell" className="soft number">
        {formatSize(file.size)}
      </span>
      <span role="cell" className="soft">
        <Age ms={file.modified} />
      </span>
      <span role="cell">
        {RETRYABLE_STATES.includes(file.state) ? (
          <IconButton
            label={`Try ${visibleLine(file.name)} again`}
            onClick={() => {
              onRetry(file);
            }}
          >
            <RotateCw size={14} aria-hidden />
          </IconButton>
        ) : null}
      </span>
    </div>
  );
}
