/** A unit of measure: a value in it is `value × factor + offset` in the base unit of its dimension. */
export interface Unit {
  /** UCUM code, for example `mg/m3`, `%{LEL}`, `[ppm]`, `Cel`. */
  code: string;
  /** Values convert into each other only within one dimension, for example `length/time`. */
  dimension: string;
  factor: number;
  offset: number;
}

/**
 * Simple units: UCUM code → dimension, factor to the base unit, and what people write instead. Compound units are
 * made of these with `/`. A percentage of the lower explosive limit depends on the gas, so it is a dimension of its own.
 */
const simple: [code: string, dimension: string, factor: number, aliases?: string[], offset?: number][] = [
  ['1', 'fraction', 1],
  ['%', 'fraction', 0.01],
  ['[ppm]', 'fraction', 1e-6, ['ppm']],
  ['%{LEL}', 'explosive-limit', 0.01, ['%LEL']],
  ['mm', 'length', 0.001],
  ['cm', 'length', 0.01],
  ['m', 'length', 1],
  ['km', 'length', 1000],
  ['ms', 'time', 0.001],
  ['s', 'time', 1],
  ['min', 'time', 60],
  ['h', 'time', 3600],
  ['d', 'time', 86_400],
  ['ug', 'mass', 1e-9, ['µg', 'μg']],
  ['mg', 'mass', 1e-6],
  ['g', 'mass', 0.001],
  ['kg', 'mass', 1],
  ['L', 'volume', 0.001, ['l']],
  ['m3', 'volume', 1, ['m³']],
  ['K', 'temperature', 1],
  ['Cel', 'temperature', 1, ['°C', '℃'], 273.15],
  ['[degF]', 'temperature', 5 / 9, ['°F', '℉'], 459.67 * (5 / 9)],
  ['deg', 'angle', 1, ['°']],
  ['rad', 'angle', 180 / Math.PI],
  ['mV', 'voltage', 0.001],
  ['V', 'voltage', 1],
  ['mA', 'current', 0.001],
  ['A', 'current', 1],
  ['Pa', 'pressure', 1],
  ['hPa', 'pressure', 100],
  ['kPa', 'pressure', 1000],
  ['dB', 'level', 1],
];

const table = new Map<string, Unit>();
for (const [code, dimension, factor, aliases = [], offset = 0] of simple) {
  for (const text of [code, ...aliases]) table.set(text, { code, dimension, factor, offset });
}

/** Every simple unit as it may be written, for messages that say what is allowed. */
export const unitNames: readonly string[] = [...table.keys()];

/**
 * Reads a unit: one of the table (`cm`, `ppm`, `°C`) or a quotient of them (`cm/h`, `mg/m3`, `/min`, `L/s`).
 * The unit of a rate has the dimension of its quantity followed by `/time`.
 * @returns null when the text is no unit that is known here.
 */
export function unitOf(text: string): Unit | null {
  const known = table.get(text);
  if (known) return known;
  const made = quotient(text.trim());
  // Only what people write in files comes here, so that the table stays small.
  if (made) table.set(text, made);
  return made;
}

function quotient(text: string): Unit | null {
  const parts = text.split('/');
  if (parts.length > 3 || text === '') return null;
  const [first, ...rest] = parts.map((part, index) => table.get(index === 0 && part === '' ? '1' : part));
  if (!first || rest.some((part) => part === undefined)) return null;
  if (rest.length === 0) return first;
  const unit: Unit = { code: first.code, dimension: first.dimension, factor: first.factor, offset: 0 };
  if (first.code === '1') unit.code = '';
  for (const part of rest) {
    unit.code += `/${part!.code}`;
    unit.dimension += `/${part!.dimension}`;
    unit.factor /= part!.factor;
  }
  return unit;
}

/**
 * Converts a value from one unit to another.
 * @throws RangeError when a unit is unknown or the two are of different dimensions.
 */
export function convert(value: number, from: string, to: string): number {
  if (from === to) return value;
  const source = need(from);
  const target = need(to);
  if (source.dimension !== target.dimension) {
    throw new RangeError(`${from} (${source.dimension}) cannot be converted to ${to} (${target.dimension})`);
  }
  if (source.code === target.code) return value;
  // A ratio such as 0.001 / 0.01 is rounded to what it means, so that 123 mm are 12.3 cm.
  const ratio = exact(source.factor / target.factor);
  const shift = (source.offset - target.offset) / target.factor;
  return shift === 0 ? value * ratio : exact(value * ratio + shift);
}

function need(text: string): Unit {
  const unit = unitOf(text);
  if (!unit) throw new RangeError(`"${text}" is not a unit; known are ${unitNames.join(', ')} and quotients of them`);
  return unit;
}

/** Takes off the last two digits, where the errors of binary fractions are. */
function exact(value: number): number {
  return Number(value.toPrecision(14));
}
