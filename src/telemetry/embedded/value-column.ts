import type { ByteReader, ByteWriter } from './bytes.ts';
import { decimalPlaces, fromWhole, toWhole } from './decimals.ts';
import { readWholes, writeWholes } from './whole-column.ts';

/** What the first byte says besides the number of decimal places. */
const fromFirst = 32;
const asDoubles = 64;

/**
 * Writes values so that each comes back to the last bit. Decimals become whole numbers and these their differences,
 * from the value before or from the first one, whichever are smaller; anything else is kept as doubles.
 */
export function writeValues(out: ByteWriter, values: Float64Array): void {
  if (values.length === 0) return;
  const places = decimalPlaces(values);
  if (places === null) {
    out.byte(asDoubles);
    writeDoubles(out, values);
    return;
  }
  const first = toWhole(values[0]!, places);
  const steps = new Float64Array(values.length - 1);
  const offsets = new Float64Array(values.length - 1);
  let stepSum = 0;
  let offsetSum = 0;
  let last = first;
  for (let i = 1; i < values.length; i++) {
    const whole = toWhole(values[i]!, places);
    steps[i - 1] = whole - last;
    offsets[i - 1] = whole - first;
    stepSum += Math.abs(whole - last);
    offsetSum += Math.abs(whole - first);
    last = whole;
  }
  const byOffset = offsetSum < stepSum;
  out.byte(places | (byOffset ? fromFirst : 0));
  out.double(first);
  writeWholes(out, byOffset ? offsets : steps);
}

/** Reads `length` values that `writeValues` wrote. */
export function readValues(from: ByteReader, length: number): Float64Array {
  if (length === 0) return new Float64Array(0);
  const head = from.byte();
  if (head === asDoubles) return readDoubles(from, length);
  const places = head & ~fromFirst;
  const byOffset = (head & fromFirst) !== 0;
  const values = new Float64Array(length);
  let whole = from.double();
  const first = whole;
  values[0] = fromWhole(whole, places);
  const differences = readWholes(from, length - 1);
  for (let i = 1; i < length; i++) {
    whole = (byOffset ? first : whole) + differences[i - 1]!;
    values[i] = fromWhole(whole, places);
  }
  return values;
}

/** All first bytes, then all second ones …: of like values most bytes are alike. */
export function writeDoubles(out: ByteWriter, values: Float64Array): void {
  const { length } = values;
  const planes = out.take(8 * length);
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  for (let i = 0; i < length; i++) {
    for (let plane = 0; plane < 8; plane++) planes[plane * length + i] = bytes[8 * i + plane]!;
  }
}

export function readDoubles(from: ByteReader, length: number): Float64Array {
  const values = new Float64Array(length);
  const bytes = new Uint8Array(values.buffer);
  const planes = from.take(8 * length);
  for (let i = 0; i < length; i++) {
    for (let plane = 0; plane < 8; plane++) bytes[8 * i + plane] = planes[plane * length + i]!;
  }
  return values;
}
