// Units of the calculator: what they are called, and how many of the base unit they are.

import { fraction, fractionOf, minus, over, plus, times, type Fraction, type Num } from "./fraction";

type Dimension = "length" | "mass" | "temperature" | "data" | "time" | "volume";

export interface Unit {
  dimension: Dimension;
  /** As it is written after a number; one that ends in `s` is a word with a singular. */
  label: string;
  /** In the base unit. */
  size: Fraction;
  /** What 0 of it is in the base unit, after scaling: only temperatures begin elsewhere. */
  zero: Fraction;
}

const ZERO = fraction(0n);
const byName = new Map<string, Unit>();
const bySmallName = new Map<string, Unit>();

function add(dimension: Dimension, size: Fraction, names: string, zero = ZERO): void {
  const all = names.split(" ");
  const unit: Unit = { dimension, label: all[0] ?? "", size, zero };
  for (const name of all) {
    if (!byName.has(name)) byName.set(name, unit);
    const small = name.toLowerCase();
    if (!bySmallName.has(small)) bySmallName.set(small, unit);
  }
}

const TABLE: readonly [Dimension, string, string][] = [
  ["length", "1", "m metre metres meter meters"],
  ["length", "1000", "km kilometre kilometres kilometer kilometers kms"],
  ["length", "0.1", "dm decimetre decimetres decimeter decimeters"],
  ["length", "0.01", "cm centimetre centimetres centimeter centimeters cms"],
  ["length", "0.001", "mm millimetre millimetres millimeter millimeters"],
  ["length", "1e-6", "µm μm um micrometre micrometres micrometer micrometers micron microns"],
  ["length", "1e-9", "nm nanometre nanometres nanometer nanometers"],
  ["length", "1609.344", "mi mile miles"],
  ["length", "1852", "nmi"],
  ["length", "0.9144", "yd yard yards"],
  ["length", "0.3048", "ft foot feet ' ′"],
  ["length", "0.0254", "in inch inches \" ″"],
  ["mass", "1000", "kg kilo kilos kilogram kilograms kilogramme kilogrammes"],
  ["mass", "1", "g gram grams gramme grammes gr"],
  ["mass", "0.001", "mg milligram milligrams"],
  ["mass", "1e-6", "µg μg ug microgram micrograms"],
  ["mass", "1e6", "t tonne tonnes"],
  ["mass", "453.59237", "lb lbs pound pounds"],
  ["mass", "28.349523125", "oz ounce ounces"],
  ["mass", "6350.29318", "st stone stones"],
  ["time", "1", "s sec secs second seconds"],
  ["time", "0.001", "ms millisecond milliseconds"],
  ["time", "1e-6", "µs μs us microsecond microseconds"],
  ["time", "1e-9", "ns nanosecond nanoseconds"],
  ["time", "60", "min mins minute minutes"],
  ["time", "3600", "h hr hrs hour hours"],
  ["time", "86400", "days d day"],
  ["time", "604800", "weeks w wk wks week"],
  // A month and a year of the calendar, on average.
  ["time", "2629746", "months month"],
  ["time", "31556952", "years y yr yrs year"],
  ["volume", "1", "l L litre litres liter liters"],
  ["volume", "0.1", "dl decilitre decilitres deciliter deciliters"],
  ["volume", "0.01", "cl centilitre centilitres centiliter centiliters"],
  ["volume", "0.001", "ml mL millilitre millilitres milliliter milliliters"],
  // As in the United States.
  ["volume", "3.785411784", "gal gallon gallons"],
  ["volume", "0.473176473", "pt pint pints"],
  ["volume", "0.2365882365", "cups cup"],
  ["data", "8", "B byte bytes"],
  ["data", "1", "bits bit"],
];

for (const [dimension, size, names] of TABLE) add(dimension, fractionOf(size), names);
["k", "M", "G", "T", "P", "E"].forEach((prefix, index) => {
  const word = ["kilo", "mega", "giga", "tera", "peta", "exa"][index] ?? "";
  const decimal = 1_000n ** BigInt(index + 1);
  const binary = 1_024n ** BigInt(index + 1);
  const big = prefix.toUpperCase();
  add("data", fraction(8n * decimal), `${prefix}B ${big}B ${word}byte ${word}bytes`);
  add("data", fraction(8n * binary), `${big}iB ${word.slice(0, 2)}bibyte ${word.slice(0, 2)}bibytes`);
  // `mb` in small letters is what people write for megabytes; only `Mb` is bits.
  if (index > 0) add("data", fraction(decimal), `${prefix}b`);
  add("data", fraction(decimal), `${prefix}bit ${word}bit ${word}bits`);
});
add("temperature", fraction(1n), "°C ℃ C celsius centigrade", fractionOf("273.15"));
add("temperature", fraction(5n, 9n), "°F ℉ F fahrenheit", over(fractionOf("459.67"), fractionOf("1.8")) as Fraction);
add("temperature", fraction(1n), "K kelvin");

export function unitOf(name: string): Unit | null {
  return byName.get(name) ?? bySmallName.get(name.toLowerCase()) ?? null;
}

export function convert(value: Num, from: Unit, to: Unit): Num {
  return over(minus(plus(times(value, from.size), from.zero), to.zero), to.size);
}
