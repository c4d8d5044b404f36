import type { Buckets } from './buckets.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { decimalPlaces, fromWhole, toWhole } from './decimals.ts';
import { squeeze, unsqueeze } from './squeeze.ts';
import { readDoubles, writeDoubles } from './value-column.ts';
import { greatestWhole, readWholes, writeWholes } from './whole-column.ts';

const asDoubles = 64;

/**
 * Packs the buckets of a slot. With decimals what differs is kept: the least value from that of the bucket before, the
 * greatest from the least, the sum from what it were if all were the least. A bucket of one reading costs hardly more
 * than the reading.
 * @param origin start of the slot, milliseconds
 */
export function packBuckets(buckets: Buckets, origin: number, widthMs: number): Buffer {
  const out = new ByteWriter();
  const { starts, counts } = buckets;
  out.count(starts.length);
  writeWholes(
    out,
    starts.map((start, i) => (start - (i === 0 ? origin : starts[i - 1]! + widthMs)) / widthMs),
  );
  writeWholes(out, counts);
  const columns = decimalColumns(buckets);
  out.byte(columns?.places ?? asDoubles);
  if (columns) for (const column of columns.wholes) writeWholes(out, column);
  else for (const column of [buckets.mins, buckets.maxs, buckets.sums]) writeDoubles(out, column);
  return squeeze(out.written());
}

/** @throws Error when the bytes are not what `packBuckets` gave */
export function unpackBuckets(packed: Buffer, origin: number, widthMs: number): Buckets {
  const from = new ByteReader(unsqueeze(packed));
  const length = from.count();
  const starts = readWholes(from, length);
  for (let i = 0; i < length; i++) starts[i] = (i === 0 ? origin : starts[i - 1]! + widthMs) + starts[i]! * widthMs;
  const counts = readWholes(from, length);
  const places = from.byte();
  const columns = () => (places === asDoubles ? readDoubles(from, length) : readWholes(from, length));
  const mins = columns();
  const maxs = columns();
  const sums = columns();
  if (places !== asDoubles) {
    const roundings = columns();
    let least = 0;
    for (let i = 0; i < length; i++) {
      least += mins[i]!;
      mins[i] = fromWhole(least, places);
      maxs[i] = fromWhole(least + maxs[i]!, places);
      sums[i] = beside(fromWhole(least * counts[i]! + sums[i]!, places), roundings[i]!);
    }
  }
  return { starts, counts, mins, maxs, sums };
}

/** The columns as whole numbers; null when the values are no decimals or too large for it. */
function decimalColumns({ counts, mins, maxs, sums }: Buckets): { places: number; wholes: Float64Array[] } | null {
  const { length } = counts;
  const values = new Float64Array(2 * length);
  values.set(mins);
  values.set(maxs, length);
  const places = decimalPlaces(values);
  if (places === null) return null;
  const columns = Array.from({ length: 4 }, () => new Float64Array(length));
  const [leasts, spans, excesses, roundings] = columns as [Float64Array, Float64Array, Float64Array, Float64Array];
  let before = 0;
  for (let i = 0; i < length; i++) {
    const least = toWhole(mins[i]!, places);
    const sum = toWhole(sums[i]!, places);
    if (!(Math.abs(sum) <= greatestWhole && Math.abs(least) * counts[i]! <= greatestWhole)) return null;
    // A sum of doubles may lie beside the decimal that it should be.
    const rounding = doublesBetween(fromWhole(sum, places), sums[i]!);
    if (rounding === null) return null;
    leasts[i] = least - before;
    spans[i] = toWhole(maxs[i]!, places) - least;
    excesses[i] = sum - least * counts[i]!;
    roundings[i] = rounding;
    before = least;
  }
  return { places, wholes: columns };
}

const double = new Float64Array(1);
const bits = new BigInt64Array(double.buffer);

/** How many doubles `to` lies beyond `from`; null when that is no small number. */
function doublesBetween(from: number, to: number): number | null {
  double[0] = from;
  const first = bits[0]!;
  double[0] = to;
  const steps = Number(bits[0]! - first);
  return Math.abs(steps) < 2 ** 20 ? steps : null;
}

function beside(value: number, steps: number): number {
  if (steps === 0) return value;
  double[0] = value;
  bits[0] = bits[0]! + BigInt(steps);
  return double[0];
}
