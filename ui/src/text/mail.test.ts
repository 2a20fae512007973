import { expect, it } from "vitest";
import { messagesOf, threadOf } from "./mail";

const MAIL = `Subject: Re: the allotment
From: Ben Okafor <ben@example.org>
To: Ada
Date: 2025-03-04T10:30:00Z

Agreed, Saturday it is.
> short

On Monday Ada wrote:
> Shall we meet?
> On Saturday?
> Ada

Ben`;

it("tells the head, the words and what they answer", () => {
  const [message, ...others] = messagesOf(MAIL);
  expect(others).toEqual([]);
  expect(message?.head.map((line) => [line.name, MAIL.slice(...line.value)])).toEqual([
    ["Subject", "Re: the allotment"],
    ["From", "Ben Okafor <ben@example.org>"],
    ["To", "Ada"],
    ["Date", "2025-03-04T10:30:00Z"],
  ]);
  expect(message?.parts.map((part) => [part.isQuoted, part.lines])).toEqual([[false, 5], [true, 3], [false, 2]]);
  const quoted = message?.parts[1];
  expect(quoted && MAIL.slice(...quoted.range)).toBe("> Shall we meet?\n> On Saturday?\n> Ada");
});

it("reads a mailbox message by message, and takes a sentence for what it is", () => {
  const box = `${MAIL}\n\n${MAIL}\n\nFrom: here it is one line only\nand goes on`;
  expect(messagesOf(box).map((message) => message.head.length)).toEqual([4, 4]);
  expect(messagesOf("only words\nof two lines")).toEqual([{ head: [], parts: [{ isQuoted: false, lines: 2, range: [0, 23] }] }]);
  expect(messagesOf("")).toEqual([]);
});

it("knows a conversation by its subject", () => {
  for (const subject of ["The plan", "Re: The plan", "AW: Re[2]: The plan", "Fwd: re: The plan"]) expect(threadOf(subject)).toBe("The plan");
  expect(threadOf("Regarding: the plan")).toBe("Regarding: the plan");
});
