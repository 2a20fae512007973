import { describe, expect, it } from "vitest";
import { visibleLine, visiblePieces } from "./visible";

describe("visible text", () => {
  const cases: [string, string][] = [
    ["plain name.txt", "plain name.txt"],
    ["invoice\u202Efdp.exe", "invoice⟨RLO⟩fdp.exe"],
    ["two\nlines", "two⟨LF⟩lines"],
    ["bell\u0007", "bell⟨U+0007⟩"],
    ["zero\u200Bwidth", "zero⟨ZWSP⟩width"],
    ["isolate\u2066d\u2069", "isolate⟨LRI⟩d⟨PDI⟩"],
    ["<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"],
    ["👩‍💻 پرونده", "👩‍💻 پرونده"],
  ];
  it.each(cases)("shows %j in one line", (name, expected) => {
    expect(visibleLine(name)).toBe(expected);
  });

  it("keeps line ends and tabs of text, but names what reorders it", () => {
    expect(visiblePieces("a\n\tb\u202Ec", "text")).toEqual([
      { kind: "text", text: "a\n\tb" },
      { kind: "unseen", text: "\u202E", label: "RLO" },
      { kind: "text", text: "c" },
    ]);
  });

  it("loses no character", () => {
    const text = "\u202Ea\u0000b\n\uFEFF";
    expect(
      visiblePieces(text, "name")
        .map((piece) => piece.text)
        .join(""),
    ).toBe(text);
  });
});
