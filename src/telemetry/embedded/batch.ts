import type { FreshReadings } from './fresh-readings.ts';

const bytesEach = 20;

/** What is staged, as it stands in the file until it is packed. */
export function toBatch(fresh: FreshReadings): Buffer {
  const { times, values, series } = fresh.staged();
  const bytes = new ArrayBuffer(times.length * bytesEach);
  new Float64Array(bytes, 0, times.length).set(times);
  new Float64Array(bytes, 8 * times.length, times.length).set(values);
  new Int32Array(bytes, 16 * times.length).set(series);
  return Buffer.from(bytes);
}

/** Stages what `toBatch` wrote. */
export function stageBatch(batch: Buffer, fresh: FreshReadings): void {
  const bytes = new ArrayBuffer(batch.length);
  new Uint8Array(bytes).set(batch);
  const count = batch.length / bytesEach;
  const times = new Float64Array(bytes, 0, count);
  const values = new Float64Array(bytes, 8 * count, count);
  const series = new Int32Array(bytes, 16 * count);
  for (let i = 0; i < count; i++) fresh.stage(series[i]!, times[i]!, values[i]!);
}
