import { useMemo } from "react";
import { countOf } from "../../text/format";
import type { Range } from "../../text/highlight";
import type { Hits } from "../../text/hits";
import { isNumber, tableOf, type Table } from "../../text/table";
import { Piece } from "./piece";

interface TableViewProps {
  hits: Hits;
  divider: string;
  /** Whether it is a spreadsheet, whose empty cells are not in its text. */
  isSheet: boolean;
}

export function TableView({ hits, divider, isSheet }: TableViewProps) {
  const table = useMemo(() => tableOf(hits.text, divider), [hits.text, divider]);
  const rows = table.hasHead ? table.rows.slice(1) : table.rows;
  return (
    <>
      {isSheet && !table.isEven ? <p className="faint">Empty cells are left out: values may stand further left than in the file.</p> : null}
      <div className="sheet" role="group" aria-label="Table" tabIndex={0}>
        <table>
          {table.hasHead ? <Head hits={hits} table={table} /> : null}
          <tbody>
            {rows.map((row, index) => (
              <Row key={index} hits={hits} row={row} columns={table.columns} />
            ))}
          </tbody>
        </table>
      </div>
      {table.isCut ? <p className="faint">{`These are the first ${countOf(table.rows.length, "row", "rows")}. The text shows more of them.`}</p> : null}
    </>
  );
}

function Head({ hits, table }: { hits: Hits; table: Table }) {
  const head = table.rows[0] ?? [];
  return (
    <thead>
      <tr>
        {head.map(([start, end]) => (
          <th key={start} scope="col">
            <Piece hits={hits} start={start} end={end} />
          </th>
        ))}
        {head.length < table.columns ? <td colSpan={table.columns - head.length} /> : null}
      </tr>
    </thead>
  );
}

function Row({ hits, row, columns }: { hits: Hits; row: readonly Range[]; columns: number }) {
  // The name of a sheet, or a line of words, has the row to itself.
  const spans = row.length === 1 && columns > 1;
  return (
    <tr className={spans ? "alone" : undefined}>
      {row.map(([start, end]) => (
        <td key={start} colSpan={spans ? columns : undefined} className={isNumber(hits.text.slice(start, end)) ? "number" : undefined}>
          <Piece hits={hits} start={start} end={end} />
        </td>
      ))}
      {!spans && row.length < columns ? <td colSpan={columns - row.length} /> : null}
    </tr>
  );
}
