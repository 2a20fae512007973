import { expect, it } from "vitest";
import { dividerOf, isNumber, tableOf } from "./table";

const cells = (text: string, divider: string) => tableOf(text, divider).rows.map((row) => row.map(([start, end]) => text.slice(start, end)));

it("reads values in quotes with dividers, quotes and line ends in them", () => {
  const text = 'name,said\n"Brandt, Dr.","first\nsecond"\nAda,"say ""yes"""\n';
  expect(cells(text, ",")).toEqual([["name", "said"], ["Brandt, Dr.", "first\nsecond"], ["Ada", 'say ""yes""']]);
});

it("survives quotes that never end", () => {
  expect(cells('a,"b\nc,d', ",")).toEqual([["a", "b"], ["c", "d"]]);
  expect(cells('"', ",")).toEqual([]);
});

it("tells dividers and numbers", () => {
  expect(dividerOf("a;b;c,d\n1;2;3\n", "csv")).toBe(";");
  expect(dividerOf("a,b\n", "xlsx")).toBe("\t");
  for (const number of ["12", "-1,234.50", "24,000", "12 %", "€ 3.20", "(7)"]) expect(isNumber(number), number).toBe(true);
  for (const word of ["", "12a", "2024-05-01", "A1", "-"]) expect(isNumber(word), word).toBe(false);
});

it("takes a first row of words for the head, and says what it leaves out", () => {
  const table = tableOf("Item\tPlan\t\nRent\t24,000\t\n", "\t");
  expect([table.columns, table.hasHead, table.isCut, table.isEven]).toEqual([2, true, false, true]);
  expect(tableOf("1\t2\n3\t4\n", "\t").hasHead).toBe(false);
  const long = tableOf("a,b\n".repeat(5_000), ",");
  expect([long.rows.length, long.isCut]).toEqual([2_000, true]);
  const wide = tableOf(`${"x,".repeat(400)}\n`.repeat(900), ",");
  expect([wide.columns, wide.rows.length]).toEqual([100, 200]);
  expect(tableOf("Sheet of costs\na\tb\n", "\t").isEven).toBe(false);
});
