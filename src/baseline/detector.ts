import { Expectation } from './expectation.ts';
import { Extremes } from './extremes.ts';
import { PackReader, PackWriter } from './pack.ts';

const hourMs = 3_600_000;
/** What is no larger than the largest surprise of the last twelve hours belongs to the same event. */
const sameEventMs = 12 * hourMs;
/** More than this, once in 10^12 days, is no more surprising. */
const mostSurprise = 12;

/** Score from which a reading is called an anomaly: what comes once in twenty days by the series' own past. */
export const defaultThreshold = 0.95;

/** What a detector has learnt, as it is kept in a checkpoint. */
export interface DetectorState {
  version: 1;
  packed: string;
}

/** Tells how surprising each reading of one series is, given the series' own past. */
export interface Detector {
  /**
   * Takes a reading and tells how surprising it is, 0 to 1: one minus the number of times a day that the past of the
   * series would bring one like it, so that 0.95 is once in twenty days. Only the beginning of an event scores; it
   * scores again where it becomes worse.
   * @param time when it was measured, milliseconds since the epoch; one that is not newer than the last scores 0.
   * @param value in any unit; one that is not a finite number scores 0.
   */
  update(time: number, value: number): number;
  state(): DetectorState;
  /** @returns whether the state could be read; if not, the detector is as new. */
  restore(state: unknown): boolean;
}

/**
 * A detector of anomalies for one series: one pass, no training, the same defaults for every series.
 * @param options.intervalMs usual time between readings; not needed by the method as it is.
 */
export function createDetector(_options: { intervalMs?: number } = {}): Detector {
  return new SeriesDetector();
}

class SeriesDetector implements Detector {
  #expectation = new Expectation();
  /** Distances from what was expected, and steps from one reading to the next. */
  #distances = new Extremes();
  #steps = new Extremes();
  #lastAt = Number.NaN;
  #last = Number.NaN;
  /** Largest surprise of the event under way, and when. */
  #eventSurprise = 0;
  #eventAt = Number.NEGATIVE_INFINITY;

  update(time: number, value: number): number {
    if (!Number.isFinite(value) || !Number.isFinite(time) || time <= this.#lastAt) return 0;
    const expected = this.#expectation.at(time);
    const distance = expected && Math.abs(value - expected.value);
    const step = Math.abs(value - this.#last);
    // Far from the usual, and suddenly: each is evidence of its own, and the logarithms of their rates are added.
    const surprise =
      (distance === null ? 0 : this.#distances.surprise(distance)) +
      (Number.isNaN(step) ? 0 : this.#steps.surprise(step));
    if (distance !== null) this.#distances.learn(time, distance);
    if (!Number.isNaN(step)) this.#steps.learn(time, step);
    this.#expectation.learn(time, value);
    this.#lastAt = time;
    this.#last = value;
    return this.#onset(time, Math.min(surprise, mostSurprise));
  }

  /** One alarm for one event. */
  #onset(time: number, surprise: number): number {
    if (surprise <= this.#eventSurprise && time - this.#eventAt <= sameEventMs) return 0;
    this.#eventSurprise = surprise;
    this.#eventAt = time;
    return 1 - 10 ** -surprise;
  }

  state(): DetectorState {
    const pack = new PackWriter();
    pack.number(this.#lastAt, this.#last, this.#eventSurprise, this.#eventAt);
    for (const part of [this.#expectation, this.#distances, this.#steps]) part.write(pack);
    return { version: 1, packed: pack.text() };
  }

  restore(state: unknown): boolean {
    const { version, packed } = (state ?? {}) as Partial<DetectorState>;
    if (version !== 1 || typeof packed !== 'string') return false;
    try {
      const pack = new PackReader(packed);
      this.#lastAt = pack.number();
      this.#last = pack.number();
      this.#eventSurprise = pack.number();
      this.#eventAt = pack.number();
      for (const part of [this.#expectation, this.#distances, this.#steps]) part.read(pack);
      if (pack.done) return true;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
    this.#forget();
    return false;
  }

  #forget(): void {
    this.#expectation = new Expectation();
    this.#distances = new Extremes();
    this.#steps = new Extremes();
    this.#lastAt = this.#last = Number.NaN;
    this.#eventSurprise = 0;
    this.#eventAt = Number.NEGATIVE_INFINITY;
  }
}
