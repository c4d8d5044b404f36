/** How values are written: one of them is `value × factor + offset` on the scale that this one refers to. */
export interface Scale {
  factor: number;
  offset: number;
}

/** A unit of measure; its scale refers to the base unit of its dimension. */
export interface Unit extends Scale {
  /** UCUM code, for example `mg/m3`, `%{LEL}`, `[ppm]`, `Cel`. */
  code: string;
  /** Values convert into each other only within one dimension, for example `length/time`. */
  dimension: string;
}

/**
 * Simple units: UCUM code → dimension, factor to the base unit, and what people write instead. Compound units are
 * made of these with `/`. A percentage of the lower explosive limit depends on the gas, and a level weighted as the ear
 * hears on the spectrum, so each is a dimension of its own.
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
  ['[in_i]', 'length', 0.0254, ['in', 'inch']],
  ['[ft_i]', 'length', 0.3048, ['ft', 'feet']],
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
  ['[ft_i]3', 'volume', 0.028316846592, ['ft3', 'ft³']],
  ['[ft_i]3/s', 'volume/time', 0.028316846592, ['cfs']],
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
  ['dB{A}', 'weighted-level', 1, ['dB(A)', 'dBA']],
];

const table = new Map<string, Unit>();
for (const [code, dimension, factor, aliases = [], offset = 0] of simple) {
  for (const text of [code, ...aliases]) table.set(text, { code, dimension, factor, offset });
}

/** What people write where UCUM has signs of its own. */
const aliases = new Map(
  simple.flatMap(([code, , , [alias] = [] as string[]]) =>
    /[[{]|^Cel$/.test(code) && alias ? [[code, alias] as const] : [],
  ),
);

/** Every simple unit as people write it, for messages that say what is allowed. */
export const unitNames: readonly string[] = simple.flatMap(([code]) =>
  code === '1' ? [] : [aliases.get(code) ?? code],
);

/** A unit as it is written in files and rules: `°C` for `Cel`, `%LEL` for `%{LEL}`. */
export function unitInFile(unit: string): string {
  return unit
    .split('/')
    .map((part) => aliases.get(part) ?? part)
    .join('/');
}

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
 * A value on one scale as it reads on another of the same dimension, without the errors of binary fractions: 123 mm are
 * 12.3 cm, and 0.28 m are 28 cm. What is no short decimal number, such as 1 cm/h in cm/s, is left as it comes out.
 */
export function rescale(value: number, from: Scale, to: Scale): number {
  if (from.factor === to.factor && from.offset === to.offset) return value;
  const result = (value * from.factor + from.offset - to.offset) / to.factor;
  if (from.offset !== to.offset) {
    // What is left of a subtraction has the errors of what was subtracted from: 32 °F are 0 °C.
    const rounded = Number(result.toFixed(10)) + 0;
    return rounded === Number(result.toFixed(8)) ? rounded : result;
  }
  const rounded = Number(result.toPrecision(14));
  return rounded === Number(result.toPrecision(12)) ? rounded : result;
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
  return rescale(value, source, target);
}

function need(text: string): Unit {
  const unit = unitOf(text);
  if (!unit) throw new RangeError(`"${text}" is not a unit; known are ${unitNames.join(', ')} and quotients of them`);
  return unit;
}
