import { expect, it } from "vitest";
import { calculate } from "./calculate";

const shown = (text: string, locale = "en-GB") => calculate(text, locale)?.shown.replaceAll("\u00a0", " ") ?? null;

it.each([
  ["2+2", "4"],
  ["2 + 3 * 4", "14"],
  ["(2 + 3) * 4", "20"],
  ["2^10", "1,024"],
  ["2**3**2", "512"],
  ["-2^2", "-4"],
  ["10 - 2 - 3", "5"],
  ["100/5/2", "10"],
  ["8 ÷ 4 × 3", "6"],
  ["4 x 4", "16"],
  ["17 % 5", "2"],
  ["-7 mod 3", "2"],
  ["2(3+4)", "14"],
  ["5!", "120"],
  ["2+2=", "4"],
  ["= 2+2", null],
])("reckons %s", (text, expected) => {
  expect(shown(text)).toBe(expected);
});

it.each([
  ["0.1+0.2", "0.3"],
  ["1 - 0.9 - 0.1", "0"],
  ["1.1*3", "3.3"],
  ["10/4", "2.5"],
  ["1/3", "0.333333333333"],
  ["2/3", "0.666666666667"],
  ["1000000*1000000", "1,000,000,000,000"],
  ["2^64", "18,446,744,073,709,551,616"],
  ["1234567890123.45 + 1", "1,234,567,890,124.45"],
  ["2^100", "1.2676506 × 10³⁰"],
  ["1/3000000000", "3.333333333 × 10⁻¹⁰"],
  ["1e3 + 1", "1,001"],
  ["1.5e-3*2", "0.003"],
  ["99999999999999999999 + 1", "100,000,000,000,000,000,000"],
])("writes the result of %s as people do", (text, expected) => {
  expect(shown(text)).toBe(expected);
});

it.each([
  ["20% of 50", "10"],
  ["20 percent of 50", "10"],
  ["50 + 10%", "55"],
  ["50 - 10%", "45"],
  ["200 * 15%", "30"],
  ["19.99 + 7.7%", "21.52923"],
])("knows shares: %s", (text, expected) => {
  expect(shown(text)).toBe(expected);
});

it.each([
  ["sqrt(16)", "4"],
  ["sqrt 2", "1.41421356237"],
  ["√9 + 1", "4"],
  ["sin(30°)", "0.5"],
  ["sin(pi)", "0"],
  ["cos(0)", "1"],
  ["log(1000)", "3"],
  ["ln(1)", "0"],
  ["2pi", "6.28318530718"],
  ["e^2", "7.38905609893"],
  ["abs(-1.5) + 0", "1.5"],
])("knows functions: %s", (text, expected) => {
  expect(shown(text)).toBe(expected);
});

it("says in what an angle is taken", () => {
  expect(calculate("sin(1)")?.note).toContain("radians");
  expect(calculate("sin(30°)")?.note).toBeNull();
});

it.each([
  ["3 km in miles", "1.864114 mi"],
  ["3km to mi", "1.864114 mi"],
  ["10 mi in km", "16.09344 km"],
  ["5 ft 7 in in cm", "170.18 cm"],
  ["5'7\" in cm", "170.18 cm"],
  ["5 in in cm", "12.7 cm"],
  ["1 m in in", "39.37008 in"],
  ["150 lbs in kg", "68.0388555 kg"],
  ["2 GiB in MB", "2,147.483648 MB"],
  ["2 gib in mb", "2,147.483648 MB"],
  ["100 Mb in MB", "12.5 MB"],
  ["100 mb -> KiB", "97,656.25 KiB"],
  ["72 F in C", "22.22222 °C"],
  ["-40 °F in °C", "-40 °C"],
  ["20 celsius to fahrenheit", "68 °F"],
  ["0 C in K", "273.15 K"],
  ["90 min in h", "1.5 h"],
  ["1 h 30 min in minutes", "90 min"],
  ["2 weeks in days", "14 days"],
  ["24 h in days", "1 day"],
  ["3 km + 200 m", "3.2 km"],
  ["(3 + 4) km in m", "7,000 m"],
  ["2 * 3 km in m", "6,000 m"],
  ["10 km / 2 km", "5"],
  ["1,5 l in ml", "1,500 ml"],
])("converts %s", (text, expected) => {
  expect(shown(text)).toBe(expected);
});

it.each([
  ["1,5 + 1,5", "en-GB", "3"],
  ["1,234 + 1", "en-GB", "1,235"],
  ["1.234 + 1", "de-DE", "1.235"],
  ["1,234 + 1", "de-DE", "2,234"],
  ["1.234,5 + 1", "en-GB", "1,235.5"],
  ["1,234.5 + 1", "de-DE", "1.235,5"],
  ["1 000 000 * 2", "en-GB", "2,000,000"],
  ["1'000 * 2", "en-GB", "2,000"],
])("reads the number in %s as it is written in %s", (text, locale, expected) => {
  expect(shown(text, locale)).toBe(expected);
});

it("copies without groups, with the sign for decimals of the place", () => {
  expect(calculate("1000 * 1,5 + 0,25", "de-DE")?.plain).toBe("1500,25");
  expect(calculate("3 km in m", "en-GB")?.plain).toBe("3000 m");
});

it.each([["2+"], ["(2+3"], ["12*3+"], ["3 km in m to"]])("keeps the answer while %s is being typed, or has none", (text) => {
  expect(() => calculate(text)).not.toThrow();
});

it("keeps the answer while the next number is awaited", () => {
  expect([shown("12*3+"), shown("(2+3"), shown("2+")]).toEqual(["36", "5", null]);
});

it.each([
  "lease agreement", "report 2024", "5", "-5", "pi", "1.5", "10%", "3 km", "5 ft 7 in", "log 2024", "sin city", "c++", "in 5 m", "room 5 in b",
  "2024-05-12", "12.05.2024", "12/5/2024", "12/5/24", "5-12-2024", "2023-2024", "2023/24", "1.2.3", "v1.2-3", "1.2.3-4", "10.0.0.1",
  "+49 30 123456", "030/1234567", "555-1234", "555-123-4567", "(555) 123-4567", "978-3-16-148410-0",
  "/home/ada/5", "a/b", "../2", "~/3+4x", "1920x1080", "4x4", "file-2.txt", "type:pdf 2+2", "\"2+2\"", "3 km in kg", "5 + 3 kg", "7 / 0", "0^-1", "3 4", "5 m 3 km", "2 + + 2", "))", "((", "%", "1e999*2", "200!", "10^500",
])("sees no sum in %s", (text) => {
  expect(shown(text)).toBeNull();
});

it.each(["java 17 constructor", "17 constructor", "2 constructor(3)", "constructor(2)", "toString 2", "2 + tostring(2)", "2 valueOf(1)", "__proto__ 2", "2 hasOwnProperty (1)"])("knows nothing of %s", (text) => {
  expect(calculate(text)).toBeNull();
});

it("never throws, whatever is typed", () => {
  const signs = "0123456789.,+-*/^%()! °√πxein kmcmF'\"=→";
  let seed = 7;
  for (let round = 0; round < 4_000; round += 1) {
    let text = "";
    for (let length = (seed % 12) + 1; length > 0; length -= 1) {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      text += signs[seed % signs.length] ?? "";
    }
    expect(() => calculate(text), text).not.toThrow();
  }
});
