import type { Sample } from '../model/sample.ts';
import { sortedSamples } from './order/sorted-samples.ts';

/**
 * In which order samples arrive: `clocks` by the time at which they were received, which without one is when they were
 * measured; `file` as they stand there, each received when the newest before it had been measured.
 */
export const arrivals = ['clocks', 'file'] as const;
export type Arrival = (typeof arrivals)[number];

/** Samples in the order of their arrival. */
export function arriving(
  samples: AsyncIterable<readonly Sample[]>,
  arrival: Arrival,
  channels: readonly string[],
): AsyncIterable<readonly Sample[]> {
  return arrival === 'clocks' ? sortedSamples(samples, channels) : asTheyStand(samples);
}

async function* asTheyStand(batches: AsyncIterable<readonly Sample[]>): AsyncGenerator<Sample[]> {
  let newest = Number.NEGATIVE_INFINITY;
  for await (const samples of batches) {
    yield samples.map((sample) => {
      newest = Math.max(newest, sample.measuredAt);
      return { ...sample, receivedAt: newest };
    });
  }
}
