import type { Reading } from '../../src/model/reading.ts';
import type { Telemetry } from '../../src/telemetry/port.ts';
import { reading } from './contract.ts';

const day = 86_400_000;
const first = 20_513 * day;
const periodMs = 60_000;
const devices = 5;

export const retention = { raw: 4000 * day, downsampled: 4000 * day };
export const batchSize = 500;

/** When the readings below a number are over and their days can be put together. */
export function endOf(number: number): number {
  return first + Math.ceil(number / devices) * periodMs + 3 * 3_600_000;
}

/** The readings from a number on: the devices in turn, one value a minute each, some late by days. */
export function batchOf(from: number): Reading[] {
  return Array.from({ length: batchSize }, (_, i) => readingOf(from + i));
}

function readingOf(number: number): Reading {
  const place = placeOf(number);
  const at = first + Math.floor(place / devices) * periodMs;
  return reading(`gauge-${place % devices}`, 'level', at, place % 1000);
}

/** Every hundredth number changes places with one 10,000 further, which is a day and a half: it comes early or late. */
function placeOf(number: number): number {
  if (number % 100 !== 7) return number;
  return number % 20_000 < 10_000 ? number + 10_000 : number - 10_000;
}

/** What is there and should not be, or the other way, of the numbers below `end`. */
export async function wrongBelow(telemetry: Telemetry, end: number): Promise<string[]> {
  const expected = new Map<string, number>();
  for (let number = 0; number < end; number++) {
    const { deviceId, measuredAt, value } = readingOf(number);
    expected.set(`${deviceId} ${measuredAt}`, value);
  }
  const wrong: string[] = [];
  for (let device = 0; device < devices; device++) {
    const deviceId = `gauge-${device}`;
    const range = { deviceId, channel: 'level', from: first - day, to: endOf(end) + 100 * day };
    for (const { at, mean, count } of await telemetry.range({ ...range, stepMs: 1 })) {
      const key = `${deviceId} ${at}`;
      const value = expected.get(key);
      expected.delete(key);
      // What was being written when it ended may be there; never twice, and never another value.
      const may = value ?? (device + ((at - first) / periodMs) * devices) % 1000;
      if (count !== 1 || mean !== may) wrong.push(`${key} is ${mean}, ${count} times`);
    }
  }
  return [...wrong, ...[...expected.keys()].map((key) => `${key} is missing`)];
}
