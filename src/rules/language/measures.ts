import type { Text } from '../../model/text.ts';
import { rescale, type Scale, unitOf } from '../../model/units.ts';

/** What a number of a rule measures; its scale refers to the base unit of its dimension. */
export interface Measure extends Scale {
  /** For example `length`, `length/time`; numbers without a unit have `one`. */
  dimension: string;
  /** As people write it; empty for what is written without one. */
  unit: string;
  /**
   * Only of temperatures, where 5 °C more are not the 5 °C of a thermometer: `always` for what lies between two of
   * them, `either` for `peak(temperature) - 5 °C`, of which only what it is compared with tells which is meant.
   */
  difference?: 'always' | 'either';
}

const plain = (dimension: string): Measure => ({ dimension, factor: 1, offset: 0, unit: '' });

export const dimensionless: Measure = plain('one');
/** Milliseconds since local midnight. */
export const timeOfDay: Measure = plain('time of day');
/** 1 Monday to 7 Sunday, as ISO 8601 has it. */
export const dayOfWeek: Measure = plain('day of the week');
export const milliseconds: Measure = measure('ms');
export const seconds: Measure = measure('s');
export const metres: Measure = measure('m');
export const percent: Measure = measure('%');

function measure(text: string): Measure {
  return measureOf(text)!;
}

/** The measure of how much a quantity changes in an hour. */
export function hourly({ dimension, factor, unit }: Measure): Measure {
  if (dimension === 'one') return measure('/h');
  return { dimension: `${dimension}/time`, factor: factor / 3600, offset: 0, unit: `${unit}/h` };
}

/** A rate as it is told and best written: per hour. Everything else as it is. */
export function perHour(of: Measure): Measure {
  if (!of.unit.endsWith('/s') || !of.dimension.endsWith('/time')) return of;
  return measureOf(of.unit.replace(/s$/, 'h')) ?? of;
}

/** The measure of a difference: 5 °C more are 5 K more. */
export function difference(of: Measure): Measure {
  if (of.dimension !== 'temperature') return of;
  return { ...of, offset: 0, unit: of.factor === 1 ? 'K' : of.unit, difference: 'always' };
}

/**
 * Reads a unit of a rule or a channel. A bare number is not a fraction: `spo2 < 90` has lost its `%` and is refused.
 * @returns null when the text is no unit.
 */
export function measureOf(text: string): Measure | null {
  if (text === '1') return dimensionless;
  const unit = unitOf(text);
  return unit && { dimension: unit.dimension, factor: unit.factor, offset: unit.offset, unit: text };
}

/** A dimension in a sentence. */
export function said({ dimension }: Measure): Text {
  const zh = dimension.split('/').map((one) => dimensionNames[one] ?? one);
  if (dimension === 'one') return { zh: zh.join('/'), en: 'a number without unit' };
  return { zh: zh.join('/'), en: `${/^[aeiou]/.test(dimension) ? 'an' : 'a'} ${dimension}` };
}

const dimensionNames: Readonly<Record<string, string>> = {
  one: '没有单位的数',
  fraction: '比例',
  'explosive-limit': '爆炸下限百分比',
  length: '长度',
  time: '时间',
  mass: '质量',
  volume: '体积',
  temperature: '温度',
  angle: '角度',
  voltage: '电压',
  current: '电流',
  pressure: '压强',
  level: '分贝数',
  'weighted-level': '计权声级',
  'time of day': '时刻',
  'day of the week': '星期',
};

/** A value of one measure as it reads in another of the same dimension. */
export function inMeasure(value: number, from: Measure, to: Measure): number {
  return rescale(value, from, to);
}
