import { expect, it } from "vitest";
import { completionOf } from "./operators";

it.each([
  ["ty", "pe:"],
  ["lease -ty", "pe:"],
  ["(na", "me:"],
  ["type:pd", "f"],
  ["type:pdf,spread", "sheet"],
  ["date:to", "day"],
  ["fr", "om:"],
  ["lang:ge", "rman"],
  ["t", null],
  ["", null],
  ["lease ", null],
  ["type:pdf", null],
  ["unknown:x", null],
  ['"ty', null],
])("completes %j with %j", (text, expected) => {
  expect(completionOf(text)).toBe(expected);
});
