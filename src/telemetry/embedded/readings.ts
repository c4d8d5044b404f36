import { slotMs, slotOf } from './slot.ts';

/** Readings of one series in the order of their times, each time once. */
export interface Readings {
  /** Whole milliseconds. */
  times: Float64Array;
  values: Float64Array;
}

export const noReadings: Readings = { times: new Float64Array(0), values: new Float64Array(0) };

/** The readings with `from <= time < to`; they share memory with the given ones. */
export function between({ times, values }: Readings, from: number, to: number): Readings {
  const first = firstAtOrAfter(times, from);
  const end = firstAtOrAfter(times, to);
  return { times: times.subarray(first, end), values: values.subarray(first, end) };
}

/** Puts layers on top of each other: where several have the same time, the value of the last layer counts. */
export function overlay(layers: readonly Readings[]): Readings {
  const filled = layers.filter(({ times }) => times.length > 0);
  const [only] = filled;
  if (!only) return noReadings;
  if (filled.length === 1) return only;
  const count = filled.reduce((sum, { times }) => sum + times.length, 0);
  const times = new Float64Array(count);
  const values = new Float64Array(count);
  let length = 0;
  for (const layer of filled) {
    times.set(layer.times, length);
    values.set(layer.values, length);
    length += layer.times.length;
  }
  return inOrder(times, values);
}

/** Sorts by time; of several readings with one time the last of the given order is left. May keep the given arrays. */
export function inOrder(times: Float64Array, values: Float64Array): Readings {
  if (isAscending(times)) return { times, values };
  const order = Uint32Array.from(times, (_time, index) => index);
  order.sort((a, b) => times[a]! - times[b]! || a - b);
  const sortedTimes = new Float64Array(times.length);
  const sortedValues = new Float64Array(times.length);
  let length = 0;
  for (const index of order) {
    if (length > 0 && sortedTimes[length - 1] === times[index]) length -= 1;
    sortedTimes[length] = times[index]!;
    sortedValues[length] = values[index]!;
    length += 1;
  }
  return { times: sortedTimes.subarray(0, length), values: sortedValues.subarray(0, length) };
}

function isAscending(times: Float64Array): boolean {
  for (let i = 1; i < times.length; i++) if (times[i]! <= times[i - 1]!) return false;
  return true;
}

/** Index of the first time that is not before `at`; their number when all are. Times are in order. */
export function firstAtOrAfter(times: Float64Array, at: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Readings slot by slot; they share memory with the given ones. */
export function* bySlot(readings: Readings): Generator<{ slot: number; readings: Readings }> {
  const { times } = readings;
  for (let index = 0; index < times.length; ) {
    const slot = slotOf(times[index]!);
    const part = between(readings, slot * slotMs, (slot + 1) * slotMs);
    yield { slot, readings: part };
    index += part.times.length;
  }
}
