// Arithmetic in the query: a small language, read by hand, that says no to everything that is not plainly meant so.
// Words, dates, versions, telephone numbers and paths are no sums, even where they could be read as one.

import { fraction, fractionOf, isExactly, over, plus, power, rest, rounded, times, toFloat, type Fraction, type Num } from "./fraction";
import { convert, unitOf, type Unit } from "./units";

export interface Answer {
  /** As it was asked. */
  question: string;
  /** For the eyes: `1,234.5 km`. */
  shown: string;
  /** For the clipboard: nothing groups the digits. */
  plain: string;
  /** What was assumed; null where nothing was. */
  note: string | null;
}

interface Token {
  kind: "number" | "word" | "sign";
  text: string;
  value: Fraction;
  /** Whether white space comes before it. */
  spaced: boolean;
}

interface Amount {
  value: Num;
  unit: Unit | null;
  /** A bare `10%`, which added to something means a share of it. */
  isShare: boolean;
}

const LONGEST = 120;
const HUNDRED = fraction(100n);
const NONE = fraction(0n);

class NotArithmetic extends Error {}

function refuse(): never {
  throw new NotArithmetic();
}

/** Numbers with dots, strokes and hyphens that are dates, years, telephone numbers and the like. */
const OTHER_NUMBERS: readonly RegExp[] = [
  /^\d{1,2}([/.-])\d{1,2}\1(\d{2}|\d{4})$/,
  /^\d{4}([/.-])\d{1,2}\1\d{1,2}$/,
  /^\d{4}[-–/]\d{2,4}$/,
  /^\d{3,}-\d{4,}$/,
  /^(?=.*\d{3})\d+(-\d+){2,}$/,
  /^\d+(\.\d+){2,}([-+]\d+)?$/,
];

/** The answer to what was typed, or null where that is no sum. `locale` says how numbers are written. */
export function calculate(text: string, locale?: string): Answer | null {
  const question = text.trim();
  if (question.length > LONGEST || !/\d|π|pi/i.test(question) || OTHER_NUMBERS.some((pattern) => pattern.test(question))) return null;
  try {
    const reader = new Reader(tokensOf(question, locale));
    const amount = reader.whole();
    return present(question, amount, reader.note, locale);
  } catch (error) {
    if (error instanceof NotArithmetic) return null;
    throw error;
  }
}

const SPACE = /\s*/y;
const NUMBER = /(?:\d{1,3}(?:[ '’\u00a0\u202f]\d{3})+(?:[.,]\d+)?(?![\d.,])|\d+(?:[.,]\d+)*|[.,]\d+)(?:e[+-]?\d+(?![\p{L}\d]))?/iuy;
const WORD = /°\p{L}|[\p{L}℃℉]+(?!\d)/uy;
const SIGN = /->|\*\*|[-+*/^%()!=°√→−–×·⋅÷'"′″]/uy;
// What people type is looked up in maps: every object has a `constructor`.
const SIGNS: ReadonlyMap<string, string> = new Map([["**", "^"], ["−", "-"], ["–", "-"], ["×", "*"], ["·", "*"], ["⋅", "*"], ["÷", "/"], ["->", "to"], ["→", "to"]]);

function tokensOf(text: string, locale: string | undefined): Token[] {
  const decimal = new Intl.NumberFormat(locale).formatToParts(1.5).find((part) => part.type === "decimal")?.value ?? ".";
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0] ?? null;
  };
  while (at < text.length) {
    const skipped = take(SPACE)?.length ?? 0;
    at += skipped;
    const spaced = skipped > 0;
    const number = take(NUMBER);
    const word = number ?? take(WORD);
    const found = word ?? take(SIGN);
    if (found === null) refuse();
    at += found.length;
    if (number !== null) tokens.push({ kind: "number", text: found, value: readNumber(found, decimal), spaced });
    else tokens.push({ kind: word === null ? "sign" : "word", text: SIGNS.get(found) ?? found, value: NONE, spaced });
  }
  return tokens;
}

/** Points and commas: two kinds are groups and a decimal sign; of one kind the count, the length and the locale tell. */
function readNumber(text: string, decimal: string): Fraction {
  const [, digits = "", exponent = ""] = /^(.*?)(e[+-]?\d+)?$/i.exec(text.replace(/[ '’\u00a0\u202f]/g, "")) ?? [];
  if (/^0\d/.test(digits)) refuse();
  if (Math.abs(Number(exponent.slice(1) || "0")) > 300) refuse();
  const marks = [...digits.matchAll(/[.,]/g)].map((match) => match[0]);
  const last = marks.at(-1);
  const isMixed = new Set(marks).size > 1;
  const groups = digits.split(/[.,]/);
  const inThrees = (parts: readonly string[]) => /^[1-9]\d{0,2}$/.test(parts[0] ?? "") && parts.slice(1).every((part) => part.length === 3);
  const whole = (() => {
    if (last === undefined) return digits;
    if (isMixed) {
      if (marks.filter((mark) => mark === last).length > 1 || !inThrees(groups.slice(0, -1))) refuse();
      return `${groups.slice(0, -1).join("")}.${groups.at(-1) ?? ""}`;
    }
    if (marks.length > 1) return inThrees(groups) ? groups.join("") : refuse();
    return last !== decimal && inThrees(groups) ? groups.join("") : groups.join(".");
  })();
  return fractionOf(`${whole}${exponent}`);
}

const BINARY = ["+", "-", "*", "/", "^", "(", "of", "in", "to", "as", "into", "mod", "√"];
const TARGETS = ["in", "to", "as", "into"];
const toTurn = (degrees: number) => (degrees * Math.PI) / 180;
const settled = (value: number) => (Math.abs(value) < 1e-15 ? 0 : Math.abs(value) > 1e15 ? NaN : value);

const FUNCTIONS: ReadonlyMap<string, (value: number) => number> = new Map([
  ["sqrt", Math.sqrt],
  ["cbrt", Math.cbrt],
  ["abs", Math.abs],
  ["exp", Math.exp],
  ["ln", Math.log],
  ["log", Math.log10],
  ["lg", Math.log10],
  ["log2", Math.log2],
  ["round", Math.round],
  ["floor", Math.floor],
  ["ceil", Math.ceil],
  ["sin", (value: number) => settled(Math.sin(value))],
  ["cos", (value: number) => settled(Math.cos(value))],
  ["tan", (value: number) => settled(Math.tan(value))],
  ["asin", Math.asin],
  ["acos", Math.acos],
  ["atan", Math.atan],
]);
const ANGLES = ["sin", "cos", "tan"];
/** A whole number that these give is exact. */
const WHOLE = ["sqrt", "cbrt", "abs", "round", "floor", "ceil", "log", "lg"];

class Reader {
  note: string | null = null;
  private at = 0;
  /** Without a single operation it is a number, and no sum. */
  private operations = 0;
  private isInDegrees = false;
  private readonly tokens: Token[];

  constructor(tokens: Token[]) {
    // A sum that is still being typed keeps its last answer.
    while (tokens.length > 0 && (tokens.at(-1)?.text === "=" || BINARY.includes(tokens.at(-1)?.text.toLowerCase() ?? "")) && !isTarget(tokens)) tokens.pop();
    this.tokens = tokens;
  }

  whole(): Amount {
    const amount = this.sum();
    const result = this.takes(...TARGETS) ? this.converted(amount) : amount;
    if (this.at < this.tokens.length || this.operations === 0) refuse();
    return result;
  }

  private converted({ value, unit }: Amount): Amount {
    const to = unitOf(this.tokens[this.at]?.text ?? "");
    if (!to || !unit || to.dimension !== unit.dimension) refuse();
    this.at += 1;
    this.operations += 1;
    return { value: convert(value, unit, to), unit: to, isShare: false };
  }

  private sum(): Amount {
    let left = this.product();
    for (;;) {
      const sign = this.takes("+") ? 1n : this.takes("-") ? -1n : null;
      if (sign === null) return left;
      this.operations += 1;
      const right = this.product();
      const part = right.isShare ? { ...left, value: times(left.value, right.value) } : this.like(left, right);
      left = { value: plus(left.value, times(part.value, fraction(sign))), unit: left.unit, isShare: false };
    }
  }

  /** `right` in the unit of `left`. */
  private like(left: Amount, right: Amount): Amount {
    if (left.unit === null && right.unit === null) return right;
    if (!left.unit || !right.unit || left.unit.dimension !== right.unit.dimension || left.unit.dimension === "temperature") refuse();
    return { ...right, value: convert(right.value, right.unit, left.unit) };
  }

  private product(): Amount {
    let left = this.signed();
    for (;;) {
      const before = this.tokens[this.at - 1];
      if (this.takes("*") || (before?.kind === "number" && this.isSpacedCross() && this.takes("x"))) left = this.multiplied(left, this.signed());
      else if (this.takes("/")) left = this.divided(left, this.signed());
      else if (this.takes("mod")) left = this.remainder(left);
      else if (this.peeks("%") && this.startsOperand(this.at + 1)) {
        this.at += 1;
        left = this.remainder(left);
      } else if (left.isShare && this.takes("of")) left = this.multiplied(left, this.signed());
      else if (this.followsAtOnce()) left = this.multiplied(left, this.raised());
      else return left;
    }
  }

  /** `4 x 4`, and not the `4x4` of cars or the `1920x1080` of screens. */
  private isSpacedCross(): boolean {
    return (this.tokens[this.at]?.spaced ?? false) && (this.tokens[this.at + 1]?.spaced ?? false);
  }

  /** `2(3+4)`, `(1+2)(3+4)`, `2π`, `2 sqrt(9)`; not `(030) 123`. */
  private followsAtOnce(): boolean {
    const next = this.tokens[this.at];
    if (!next) return false;
    if (next.text === "(") return !next.spaced;
    return next.text === "√" || isPi(next.text) || (next.kind === "word" && FUNCTIONS.has(next.text.toLowerCase()) && this.peeks("(", 1));
  }

  private multiplied(left: Amount, right: Amount): Amount {
    this.operations += 1;
    const unit = left.unit ?? right.unit;
    if ((left.unit && right.unit) || unit?.dimension === "temperature") refuse();
    return { value: times(left.value, right.value), unit, isShare: false };
  }

  private divided(left: Amount, right: Amount): Amount {
    this.operations += 1;
    if (left.unit?.dimension === "temperature" || (right.unit && !left.unit)) refuse();
    if (right.unit) return { value: over(left.value, this.like(left, right).value), unit: null, isShare: false };
    return { value: over(left.value, right.value), unit: left.unit, isShare: false };
  }

  private remainder(left: Amount): Amount {
    this.operations += 1;
    const right = this.signed();
    if (left.unit || right.unit) refuse();
    return { value: rest(left.value, right.value), unit: null, isShare: false };
  }

  private signed(): Amount {
    if (!this.takes("-")) return this.raised();
    const amount = this.signed();
    return { ...amount, value: times(amount.value, fraction(-1n)) };
  }

  private raised(): Amount {
    const base = this.postfix();
    if (!this.takes("^")) return base;
    this.operations += 1;
    const exponent = this.signed();
    if (base.unit || exponent.unit) refuse();
    return { value: power(base.value, exponent.value), unit: null, isShare: false };
  }

  private postfix(): Amount {
    let amount = this.primary();
    if (this.takes("!")) {
      this.operations += 1;
      amount = { ...amount, value: factorial(amount) };
    }
    if ((this.peeks("%") && !this.startsOperand(this.at + 1)) || this.peeks("percent")) {
      if (amount.unit) refuse();
      this.at += 1;
      return { value: over(amount.value, HUNDRED), unit: null, isShare: true };
    }
    return amount;
  }

  private primary(): Amount {
    const token = this.tokens[this.at];
    if (!token) refuse();
    this.at += 1;
    const bare = (value: Num): Amount => ({ value, unit: null, isShare: false });
    if (token.kind === "number") return this.measured(token.value);
    if (token.text === "(") {
      const inner = this.sum();
      if (this.at < this.tokens.length && !this.takes(")")) refuse();
      return inner.unit ? inner : { ...inner, ...this.unitBehind(), isShare: false };
    }
    if (isPi(token.text)) return bare(Math.PI);
    if (token.text.toLowerCase() === "e" && this.peeks("^")) return bare(Math.E);
    if (token.text === "√") return this.applied("sqrt");
    const name = token.text.toLowerCase();
    if (FUNCTIONS.has(name) && (this.peeks("(") || (name === "sqrt" && this.startsOperand(this.at)))) return this.applied(name);
    return refuse();
  }

  private applied(name: string): Amount {
    this.operations += 1;
    this.isInDegrees = false;
    const { value, unit } = this.postfix();
    if (unit) refuse();
    if (ANGLES.includes(name) && !this.isInDegrees && toFloat(value) !== 0) this.note = "Angle in radians; write ° for degrees";
    const float = FUNCTIONS.get(name)?.(toFloat(value)) ?? NaN;
    return { value: WHOLE.includes(name) && Number.isSafeInteger(float) ? fraction(BigInt(float)) : float, unit: null, isShare: false };
  }

  /** A number with its unit, and what is added without a sign: `5 ft 7 in`, `1 h 30 min`. */
  private measured(value: Fraction): Amount {
    if (this.takes("°")) {
      this.isInDegrees = true;
      return { value: toTurn(toFloat(value)), unit: null, isShare: false };
    }
    const { unit } = this.unitBehind();
    let total: Num = value;
    let smallest = unit;
    for (let next = this.tokens[this.at]; unit && smallest && next?.kind === "number"; next = this.tokens[this.at]) {
      const smaller = this.unitAt(this.at + 1);
      if (!smaller || smaller.dimension !== unit.dimension || unit.dimension === "temperature" || toFloat(smaller.size) >= toFloat(smallest.size)) refuse();
      total = plus(total, convert(next.value, smaller, unit));
      smallest = smaller;
      this.at += 2;
    }
    return { value: total, unit, isShare: false };
  }

  private unitBehind(): { unit: Unit | null } {
    const unit = this.unitAt(this.at);
    if (unit) this.at += 1;
    return { unit };
  }

  private unitAt(at: number): Unit | null {
    const token = this.tokens[at];
    if (!token || token.kind === "number") return null;
    // In `5 in cm` it is no inch, in `5 in in cm` the first one is.
    if (token.text.toLowerCase() === "in" && unitOf(this.tokens[at + 1]?.text ?? "") && at + 2 === this.tokens.length) return null;
    return unitOf(token.text);
  }

  private startsOperand(at: number): boolean {
    const token = this.tokens[at];
    return token !== undefined && (token.kind === "number" || token.text === "(" || token.text === "√" || isPi(token.text));
  }

  private peeks(text: string, ahead = 0): boolean {
    return this.tokens[this.at + ahead]?.text.toLowerCase() === text;
  }

  private takes(...texts: string[]): boolean {
    if (!texts.some((text) => this.peeks(text))) return false;
    this.at += 1;
    return true;
  }
}

/** Whether a last `in` is the inch that is asked for. */
function isTarget(tokens: readonly Token[]): boolean {
  return tokens.at(-1)?.text.toLowerCase() === "in" && TARGETS.includes(tokens.at(-2)?.text.toLowerCase() ?? "");
}

function isPi(text: string): boolean {
  return text === "π" || text.toLowerCase() === "pi";
}

function factorial({ value, unit }: Amount): Num {
  if (unit || typeof value === "number" || value.den !== 1n || value.num < 0n || value.num > 170n) refuse();
  let product = 1n;
  for (let factor = 2n; factor <= value.num; factor += 1n) product *= factor;
  return fraction(product);
}

/** From so many digits before the point, or zeros behind it, powers of ten are easier to read. */
const MOST_DIGITS = 21;
const MOST_ZEROS = 6;

function present(question: string, { value, unit }: Amount, note: string | null, locale: string | undefined): Answer | null {
  if (!Number.isFinite(toFloat(value))) return null;
  const exact = typeof value === "number" ? fractionOf(Number(value.toPrecision(12)).toString()) : value;
  const { shown, plain } = written(exact, unit === null ? 12 : 7, locale);
  const label = unit && /^\p{L}{3,}s$/u.test(unit.label) && shown === "1" ? unit.label.slice(0, -1) : unit?.label;
  const behind = label === undefined ? "" : `\u00a0${label}`;
  return { question, shown: `${shown}${behind}`, plain: `${plain}${behind.replace("\u00a0", " ")}`, note };
}

/** All digits where they end soon, else so many significant ones. */
function written(value: Fraction, significant: number, locale: string | undefined): { shown: string; plain: string } {
  const whole = rounded(value, MOST_DIGITS);
  const places = String(whole.digits).replace("-", "").length + whole.exponent;
  if (places > MOST_DIGITS || (value.num !== 0n && places <= -MOST_ZEROS)) return scientific(rounded(value, 10), locale);
  const full = rounded(value, Math.max(15, places));
  const { digits, exponent } = isExactly(value, full) ? full : rounded(value, Math.max(significant, places + 2));
  const decimal = pointed(digits, exponent);
  return { shown: inLocale(decimal, true, locale), plain: inLocale(decimal, false, locale) };
}

function scientific({ digits, exponent }: { digits: bigint; exponent: number }, locale: string | undefined): { shown: string; plain: string } {
  const size = String(digits).replace("-", "").length;
  const mantissa = inLocale(pointed(digits, 1 - size), false, locale);
  const power = String(exponent + size - 1);
  return { shown: `${mantissa} × 10${[...power].map((one) => (one === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(one)])).join("")}`, plain: `${mantissa}e${power}` };
}

/** `digits` × 10^`exponent` in plain decimal notation. */
function pointed(digits: bigint, exponent: number): string {
  if (exponent >= 0) return String(digits * 10n ** BigInt(exponent));
  const text = String(digits).replace("-", "").padStart(1 - exponent, "0");
  return `${digits < 0n ? "-" : ""}${text.slice(0, exponent)}.${text.slice(exponent)}`;
}

function inLocale(decimal: string, useGrouping: boolean, locale: string | undefined): string {
  // As text, because a float would lose digits.
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 20, useGrouping }).format(decimal as Intl.StringNumericLiteral);
}
