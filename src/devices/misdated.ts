import type { Sample } from '../model/sample.ts';
import type { DecodeLimits } from './decode.ts';

/** A sample whose time cannot be right; `measuredAt` is what the device says, NaN when it cannot be read. */
export interface Misdated {
  sample: Sample;
}

/**
 * Puts right what a device's clock has dated wrongly, so that a fall is not left unjudged because a band's clock was
 * never set: a single sample was measured when it came, and a batch is shifted so that its newest sample was. What in a
 * batch cannot be placed is left out.
 * @param samples of the same frame that have a time that can be right; those that are placed are added.
 */
export function placeMisdated(
  samples: Sample[],
  misdated: readonly Misdated[],
  receivedAt: number,
  limits: DecodeLimits,
): void {
  const [only, ...others] = misdated;
  if (only && others.length === 0 && samples.length === 0) {
    samples.push(moved(only.sample, receivedAt));
    return;
  }
  const wrong = misdated.map(({ sample }) => sample).filter((sample) => !Number.isNaN(sample.measuredAt));
  const all = [...samples, ...wrong];
  const newest = all.reduce((latest, { measuredAt }) => Math.max(latest, measuredAt), Number.NEGATIVE_INFINITY);
  const shift = receivedAt - newest;
  // Older than allowed beside others that are not: they are as old as they say.
  if (samples.length > 0 && newest <= receivedAt + limits.maxFutureMs) return;
  const isPossible = ({ measuredAt }: Sample) => measuredAt + shift >= receivedAt - limits.maxAgeMs;
  // One wild time must not take the others with it.
  if (!samples.every(isPossible)) return;
  const placed = all.filter(isPossible).map((sample) => moved(sample, sample.measuredAt + shift));
  samples.splice(0, samples.length, ...placed);
}

function moved(sample: Sample, measuredAt: number): Sample {
  return { ...sample, measuredAt, quality: 'clock' };
}
