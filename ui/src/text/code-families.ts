// Languages without a grammar: comments, strings, numbers and common keywords are told by families of languages.

import type { Token } from "./code";

export type Family = "braces" | "shell" | "dashes" | "lisp";

// One alternative never begins with what another goes on with, so that each character is looked at a few times at most.
const STRINGS = String.raw`(?<string>"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?)`;
const WORDS = String.raw`(?<number>\b\d[\w.]*)|(?<word>[\p{L}_][\p{L}\p{N}_]*)`;
const COMMENTS: Readonly<Record<Family, string>> = {
  braces: String.raw`(?<comment>\/\/[^\n]*|\/\*(?:[^*]|\*(?!\/))*(?:\*\/)?)`,
  shell: String.raw`(?<comment>(?<=^|\s)[#;][^\n]*)`,
  dashes: String.raw`(?<comment>--[^\n]*|\/\*(?:[^*]|\*(?!\/))*(?:\*\/)?)`,
  lisp: String.raw`(?<comment>;[^\n]*)`,
};
const KEYWORDS = new Set(
  (
    "abstract actor alias and as assert async await begin break by case catch class const continue create data declare def default defer defmodule delete do done drop elif else elseif elsif end enum esac " +
    "except exec exit export extends extension extern final finally fn for foreach from func function group having if implements import in inner insert interface internal into is isset join lambda left let limit " +
    "local loop match mixin module mutable namespace new next nil nonlocal not null object of on open operator or order override package private proc protected protocol pub public raise readonly record repeat require rescue " +
    "return sealed select self set static struct super switch table then this throw throws trait true false try type typealias undef union unless until update use using val values var virtual void when where while with yield"
  ).split(" "),
);
/** Languages that are written in capitals as well. */
const ANY_CASE: readonly Family[] = ["dashes"];

export function familyTokens(text: string, family: Family): Token[] {
  const pattern = new RegExp(`${COMMENTS[family]}|${STRINGS}|${WORDS}`, "gmu");
  const tokens: Token[] = [];
  for (const match of text.matchAll(pattern)) {
    const { comment, string, number, word } = match.groups ?? {};
    const known = word !== undefined && KEYWORDS.has(ANY_CASE.includes(family) ? word.toLowerCase() : word);
    const look = comment !== undefined ? "tok-comment" : string !== undefined ? "tok-string" : number !== undefined ? "tok-number" : known ? "tok-keyword" : null;
    if (look) tokens.push({ start: match.index, end: match.index + match[0].length, look });
  }
  return tokens;
}
