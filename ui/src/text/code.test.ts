import { expect, it } from "vitest";
import { languageOf, tokensOf } from "./code";

const looks = async (text: string, language: string) => (await tokensOf(text, language, () => true)).map(({ start, end, look }) => `${text.slice(start, end)} ${look}`);

it("tells languages by path and by the word of a fence", () => {
  expect(languageOf("/home/ada/src/main.rs")).toBe("rs");
  expect(languageOf("/home/ada/Makefile")).toBe("makefile");
  expect(languageOf("Python")).toBe("py");
  for (const name of ["/home/ada/notes.txt", "", "__proto__", "constructor", "a.toString"]) expect(languageOf(name), name).toBeNull();
});

it("tells words apart in every language that it knows", async () => {
  expect(await looks('fn main() { // say\n  print("a"); }', "rs")).toEqual(expect.arrayContaining(["fn tok-keyword", "// say tok-comment", '"a" tok-string']));
  expect(await looks("SELECT name FROM people -- all\nWHERE age > 12", "sql")).toEqual(["SELECT tok-keyword", "FROM tok-keyword", "-- all tok-comment", "WHERE tok-keyword", "12 tok-number"]);
  expect(await looks("# first\nif true; then echo 'no'; fi", "sh")).toEqual(expect.arrayContaining(["# first tok-comment", "if tok-keyword", "'no' tok-string"]));
  for (const language of ["tsx", "py", "java", "go", "php", "cpp", "html", "css", "scss", "json", "xml", "yaml"]) {
    await expect(tokensOf("x = '1' <a> {}", language, () => true), language).resolves.toBeInstanceOf(Array);
  }
});

it("survives what no language allows, and stays in order", async () => {
  const hostile = `${"((((".repeat(5_000)}"${"\\".repeat(5_000)}/*${"*".repeat(5_000)}`;
  for (const language of ["rs", "ts", "kt", "sql", "lisp", "sh", "json"]) {
    const tokens = await tokensOf(hostile, language, () => true);
    tokens.forEach((token, index) => {
      expect(token.start).toBeGreaterThanOrEqual(tokens[index - 1]?.end ?? 0);
    });
  }
});
