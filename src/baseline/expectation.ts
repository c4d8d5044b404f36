import type { PackReader, PackWriter } from './pack.ts';
import { Profile } from './profile.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** How long a profile must have been able to say something before its word counts. */
const warmUpMs = dayMs;
/** Over which time the errors of a profile count. */
const memoryMs = 7 * dayMs;
/** A residual moves a profile by at most so many of its usual errors: an outlier must not. */
const mostErrors = 4;

/** One way to say what is expected, and how well it did. */
interface Candidate {
  profile: Profile;
  /** Mean of the absolute residuals of the last week; NaN before the first. */
  error: number;
  /** For how long it could say something, milliseconds. */
  knownMs: number;
}

/**
 * What is expected of a series now. Three candidates compete: its level, its course over a day, its course over a
 * week. The one whose residuals were smallest over the last week speaks, so that a season is found where there is one
 * and nothing is made up where there is none.
 */
export class Expectation {
  /** Everything is kept relative to the first value. */
  #origin = Number.NaN;
  #lastAt = Number.NaN;
  readonly #candidates: Candidate[] = [
    [2 * dayMs, 1],
    [dayMs, 24],
    [7 * dayMs, 7 * 24],
  ].map(([period, cells]) => ({ profile: new Profile(period!, cells!), error: Number.NaN, knownMs: 0 }));

  #best(time: number): Candidate | null {
    let best: Candidate | null = null;
    for (const candidate of this.#candidates) {
      if (candidate.knownMs < warmUpMs || Number.isNaN(candidate.profile.expected(time))) continue;
      if (!best || candidate.error < best.error) best = candidate;
    }
    return best;
  }

  /** What is expected at a time, and its usual error; null while too little is known. */
  at(time: number): { value: number; error: number } | null {
    const best = this.#best(time);
    return best && { value: this.#origin + best.profile.expected(time), error: best.error };
  }

  /**
   * Whether a value is close to the level where the course of the day or the week would have taken it away: a rhythm
   * that is missing.
   */
  missesRhythm(time: number, value: number): boolean {
    const best = this.#best(time);
    const level = this.#candidates[0]!.profile.expected(time);
    if (!best || best === this.#candidates[0]) return false;
    return Math.abs(value - this.#origin - level) < Math.abs(best.profile.expected(time) - level) / 4;
  }

  /** Everything that is expected is so much higher from now on. */
  move(by: number): void {
    this.#origin += by;
  }

  /** Learns a reading. */
  learn(time: number, value: number): void {
    if (Number.isNaN(this.#origin)) this.#origin = value;
    // Readings go back in time only where a clock was set back; then they speak for no time, and time goes on from there.
    const lasted = Number.isNaN(this.#lastAt) ? 0 : Math.max(0, Math.min(time - this.#lastAt, hourMs));
    this.#lastAt = time;
    const own = value - this.#origin;
    for (const candidate of this.#candidates) {
      const residual = own - candidate.profile.expected(time);
      if (Number.isNaN(residual)) {
        candidate.profile.learn(time, own, 0, lasted);
        continue;
      }
      candidate.knownMs += lasted;
      const distance = Math.abs(residual);
      if (Number.isNaN(candidate.error)) candidate.error = distance;
      else if (lasted > 0)
        candidate.error += Math.min(1, lasted / Math.min(memoryMs, candidate.knownMs)) * (distance - candidate.error);
      const most = candidate.knownMs > warmUpMs ? mostErrors * candidate.error : Number.POSITIVE_INFINITY;
      candidate.profile.learn(time, own, Math.max(-most, Math.min(most, residual)), lasted);
    }
  }

  write(pack: PackWriter): void {
    pack.number(this.#origin, this.#lastAt);
    for (const { profile, error, knownMs } of this.#candidates) {
      pack.number(error, knownMs);
      profile.write(pack);
    }
  }

  read(pack: PackReader): void {
    this.#origin = pack.number();
    this.#lastAt = pack.number();
    for (const candidate of this.#candidates) {
      candidate.error = pack.number();
      candidate.knownMs = pack.number();
      candidate.profile.read(pack);
    }
  }
}
