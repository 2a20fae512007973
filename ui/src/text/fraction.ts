// Numbers without the noise of floats: 0.1 + 0.2 is 0.3, and 2^64 has all its digits.

/** In lowest terms, with a positive denominator. */
export interface Fraction {
  num: bigint;
  den: bigint;
}

/** A fraction, or a float where no fraction is exact. */
export type Num = Fraction | number;

/** Beyond so many digits a float is as good, and faster. */
const LIMIT = 10n ** 400n;

const abs = (value: bigint) => (value < 0n ? -value : value);

function gcd(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return abs(a);
}

/** `den` is not 0. */
export function fraction(num: bigint, den = 1n): Fraction {
  const by = gcd(num, den) * (den < 0n ? -1n : 1n);
  return { num: num / by, den: den / by };
}

/** Reads `12`, `0.5` and `1.6e-19`. */
export function fractionOf(decimal: string): Fraction {
  const [, sign = "", whole = "", part = "", exponent = "0"] = /^(-?)(\d*)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(decimal) ?? [];
  const shift = Number(exponent) - part.length;
  const digits = BigInt(`${whole}${part}` || "0") * (sign === "-" ? -1n : 1n);
  return shift >= 0 ? fraction(digits * 10n ** BigInt(shift)) : fraction(digits, 10n ** BigInt(-shift));
}

/** A value as `digits` × 10^`exponent`, rounded to so many significant digits. */
export function rounded({ num, den }: Fraction, significant: number): { digits: bigint; exponent: number } {
  const size = abs(num);
  if (size === 0n) return { digits: 0n, exponent: 0 };
  const places = size >= den ? String(size / den).length : 1 - String(den / size).length;
  const exponent = places - significant;
  const [above, below] = exponent >= 0 ? [size, den * 10n ** BigInt(exponent)] : [size * 10n ** BigInt(-exponent), den];
  let digits = (2n * above + below) / (2n * below);
  let shift = exponent;
  while (digits !== 0n && digits % 10n === 0n) {
    digits /= 10n;
    shift += 1;
  }
  return { digits: num < 0n ? -digits : digits, exponent: shift };
}

export function isExactly(value: Fraction, { digits, exponent }: { digits: bigint; exponent: number }): boolean {
  return exponent >= 0 ? value.num === digits * 10n ** BigInt(exponent) * value.den : value.num * 10n ** BigInt(-exponent) === digits * value.den;
}

export function toFloat(value: Num): number {
  if (typeof value === "number") return value;
  const { digits, exponent } = rounded(value, 18);
  return Number(`${digits}e${exponent}`);
}

function kept(num: bigint, den: bigint): Num {
  const value = fraction(num, den);
  return abs(value.num) > LIMIT || value.den > LIMIT ? toFloat(value) : value;
}

function both(a: Num, b: Num, exact: (a: Fraction, b: Fraction) => Num, float: (a: number, b: number) => number): Num {
  return typeof a === "number" || typeof b === "number" ? float(toFloat(a), toFloat(b)) : exact(a, b);
}

export const plus = (a: Num, b: Num): Num => both(a, b, (x, y) => kept(x.num * y.den + y.num * x.den, x.den * y.den), (x, y) => x + y);
export const times = (a: Num, b: Num): Num => both(a, b, (x, y) => kept(x.num * y.num, x.den * y.den), (x, y) => x * y);
export const minus = (a: Num, b: Num): Num => plus(a, times(b, fraction(-1n)));
export const over = (a: Num, b: Num): Num => both(a, b, (x, y) => (y.num === 0n ? NaN : kept(x.num * y.den, x.den * y.num)), (x, y) => (y === 0 ? NaN : x / y));

function floor({ num, den }: Fraction): bigint {
  const whole = num / den;
  return num < 0n && whole * den !== num ? whole - 1n : whole;
}

/** What is left of `a` after whole times `b`, with the sign of `b`. */
export function rest(a: Num, b: Num): Num {
  const often = over(a, b);
  return minus(a, times(b, typeof often === "number" ? Math.floor(often) : fraction(floor(often))));
}

export function power(base: Num, exponent: Num): Num {
  const float = Math.pow(toFloat(base), toFloat(exponent));
  if (typeof base === "number" || typeof exponent === "number" || exponent.den !== 1n || abs(exponent.num) > 1_000n) return float;
  if (base.num === 0n) return exponent.num < 0n ? NaN : float;
  const up = abs(exponent.num);
  const digits = Math.max(String(abs(base.num)).length, String(base.den).length);
  if (BigInt(digits) * up > 400n) return float;
  return exponent.num >= 0n ? fraction(base.num ** up, base.den ** up) : fraction(base.den ** up, base.num ** up);
}
