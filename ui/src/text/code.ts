// The words of a programming language and what they are, as places in the text. No markup is made.
// To add a language: a line in `GRAMMARS` if Lezer has a grammar for it, else one in `FAMILIES`.

import type { Parser } from "@lezer/common";
import { classHighlighter, highlightTree } from "@lezer/highlight";
import { familyTokens, type Family } from "./code-families";
import { parsed } from "./slices";

export interface Token {
  start: number;
  end: number;
  /** Class names of the look. */
  look: string;
}

const javascript = (dialect: string) => async () => (await import("@lezer/javascript")).parser.configure({ dialect });
const cpp = async () => (await import("@lezer/cpp")).parser;
const html = async () => (await import("@lezer/html")).parser;
const sass = async () => (await import("@lezer/sass")).parser;
const css = async () => (await import("@lezer/css")).parser;
const json = async () => (await import("@lezer/json")).parser;
const xml = async () => (await import("@lezer/xml")).parser;
const yaml = async () => (await import("@lezer/yaml")).parser;

/** Each grammar is a piece of the program of its own, read when it is first needed. */
const GRAMMARS: Readonly<Record<string, () => Promise<Parser>>> = {
  js: javascript("jsx"),
  mjs: javascript("jsx"),
  cjs: javascript("jsx"),
  jsx: javascript("jsx"),
  ts: javascript("ts"),
  mts: javascript("ts"),
  cts: javascript("ts"),
  tsx: javascript("jsx ts"),
  rs: async () => (await import("@lezer/rust")).parser,
  py: async () => (await import("@lezer/python")).parser,
  pyi: async () => (await import("@lezer/python")).parser,
  java: async () => (await import("@lezer/java")).parser,
  go: async () => (await import("@lezer/go")).parser,
  php: async () => (await import("@lezer/php")).parser,
  c: cpp,
  h: cpp,
  cc: cpp,
  cpp,
  cxx: cpp,
  hpp: cpp,
  html,
  htm: html,
  vue: html,
  svelte: html,
  css,
  less: css,
  scss: sass,
  json,
  jsonc: json,
  geojson: json,
  xml,
  svg: xml,
  xsd: xml,
  xsl: xml,
  yaml,
  yml: yaml,
};

const FAMILIES: Readonly<Record<string, Family>> = {
  cs: "braces",
  dart: "braces",
  gradle: "braces",
  groovy: "braces",
  kt: "braces",
  kts: "braces",
  m: "braces",
  proto: "braces",
  scala: "braces",
  swift: "braces",
  zig: "braces",
  bash: "shell",
  cfg: "shell",
  cmake: "shell",
  conf: "shell",
  dockerfile: "shell",
  ex: "shell",
  exs: "shell",
  fish: "shell",
  ini: "shell",
  jl: "shell",
  makefile: "shell",
  mk: "shell",
  nim: "shell",
  pl: "shell",
  properties: "shell",
  ps1: "shell",
  r: "shell",
  rb: "shell",
  sh: "shell",
  tf: "shell",
  toml: "shell",
  zsh: "shell",
  elm: "dashes",
  hs: "dashes",
  lua: "dashes",
  sql: "dashes",
  clj: "lisp",
  el: "lisp",
  lisp: "lisp",
  scm: "lisp",
};

/** Names of languages, as fences of Markdown say them, that are not those of files. */
const NAMES: Readonly<Record<string, string>> = {
  "c++": "cpp",
  "c#": "cs",
  csharp: "cs",
  docker: "dockerfile",
  golang: "go",
  haskell: "hs",
  javascript: "js",
  kotlin: "kt",
  markdown: "md",
  perl: "pl",
  powershell: "ps1",
  python: "py",
  ruby: "rb",
  rust: "rs",
  shell: "sh",
  console: "sh",
  typescript: "ts",
};

/** The language that a file of that path, or a fence with that word, is in; null where it is not known. */
export function languageOf(pathOrName: string): string | null {
  const name = (pathOrName.split(/[/\\]/).at(-1) ?? "").toLowerCase();
  const extension = name.includes(".") ? (name.split(".").at(-1) ?? "") : name;
  const language = Object.hasOwn(NAMES, extension) ? (NAMES[extension] ?? extension) : extension;
  return Object.hasOwn(GRAMMARS, language) || Object.hasOwn(FAMILIES, language) ? language : null;
}

/** What stands where, in order; nothing where the text is given up. `goesOn` is asked from time to time. */
export async function tokensOf(text: string, language: string, goesOn: () => boolean): Promise<Token[]> {
  const family = Object.hasOwn(FAMILIES, language) ? FAMILIES[language] : undefined;
  if (family) return familyTokens(text, family);
  const grammar = Object.hasOwn(GRAMMARS, language) ? GRAMMARS[language] : undefined;
  const tree = grammar ? await parsed(await grammar(), text, goesOn) : null;
  const tokens: Token[] = [];
  if (tree) highlightTree(tree, classHighlighter, (start, end, look) => tokens.push({ start, end, look }));
  return tokens;
}
