import { expect, it } from "vitest";
import { composeQuery } from "./filters";

const none = { kind: "", date: "", folder: "" };

it.each([
  ["lease", none, "lease"],
  ["", none, ""],
  ["  ", none, ""],
  ["lease", { ...none, kind: "pdf" }, "lease type:pdf"],
  ["", { ...none, kind: "pdf" }, "type:pdf"],
  ["a OR b", { ...none, kind: "pdf" }, "(a OR b) type:pdf"],
  ["a", { kind: "pdf", date: "week", folder: "/home/ada/My files" }, 'a type:pdf newer_than:7d path:"/home/ada/My files"'],
  ["a", { ...none, folder: '/odd"name' }, 'a path:"/odd?name"'],
  ["a", { ...none, date: "nonsense" }, "a"],
])("%j with %j asks for %j", (query, filters, expected) => {
  expect(composeQuery(query, filters)).toBe(expected);
});
