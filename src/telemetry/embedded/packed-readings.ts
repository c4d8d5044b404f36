import { ByteReader, ByteWriter } from './bytes.ts';
import { noReadings, type Readings } from './readings.ts';
import { squeeze, unsqueeze } from './squeeze.ts';
import { readValues, writeValues } from './value-column.ts';
import { readWholes, writeWholes } from './whole-column.ts';

/** Devices mostly say whole seconds; then times are counted in them. */
const second = 1000;

/**
 * Packs readings of one series that lie within one slot. A device that keeps its period has intervals that hardly
 * change: what is kept of the times is how each interval differs from the one before.
 */
export function packReadings({ times, values }: Readings): Buffer {
  const out = new ByteWriter();
  out.count(times.length);
  if (times.length > 0) {
    out.double(times[0]!);
    writeIntervals(out, times);
    writeValues(out, values);
  }
  return squeeze(out.written());
}

/** @throws Error when the bytes are not what `packReadings` gave */
export function unpackReadings(packed: Buffer): Readings {
  const from = new ByteReader(unsqueeze(packed));
  const length = from.count();
  if (length === 0) return noReadings;
  const first = from.double();
  return { times: readIntervals(from, first, length), values: readValues(from, length) };
}

function writeIntervals(out: ByteWriter, times: Float64Array): void {
  if (times.length < 2) return;
  let unit = second;
  for (let i = 1; i < times.length; i++) {
    if ((times[i]! - times[i - 1]!) % second === 0) continue;
    unit = 1;
    break;
  }
  let interval = (times[1]! - times[0]!) / unit;
  out.count(unit);
  out.count(interval);
  const changes = new Float64Array(times.length - 2);
  for (let i = 2; i < times.length; i++) {
    const next = (times[i]! - times[i - 1]!) / unit;
    changes[i - 2] = next - interval;
    interval = next;
  }
  writeWholes(out, changes);
}

function readIntervals(from: ByteReader, first: number, length: number): Float64Array {
  const times = new Float64Array(length);
  times[0] = first;
  if (length < 2) return times;
  const unit = from.count();
  let interval = from.count();
  times[1] = first + interval * unit;
  const changes = readWholes(from, length - 2);
  for (let i = 2; i < length; i++) {
    interval += changes[i - 2]!;
    times[i] = times[i - 1]! + interval * unit;
  }
  return times;
}
