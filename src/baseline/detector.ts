import { PackReader, PackWriter } from './pack.ts';
import { type Kind, Series, type SeriesState } from './series.ts';

/** Score from which a reading is called an anomaly: what comes once a month by the series' own past. */
export const defaultThreshold = 1 - 1 / 30;

const leastSurprise = -Math.log10(1 - defaultThreshold);
/** What follows an anomaly within twelve hours belongs to the same event, unless it is ten times rarer. */
const sameEventMs = 12 * 3_600_000;
const worse = 1;

/** What a detector has learnt, as it is kept in a checkpoint. */
export interface DetectorState {
  series: SeriesState;
  event: string;
}

/** Tells how surprising each reading of one series is, given the series' own past. */
export interface Detector {
  /**
   * Takes a reading and tells how surprising it is, 0 to 1: one minus the number of times a day that the past of the
   * series would bring one like it, so that 0.9 is once in ten days. Only the beginning of an event scores, and the
   * moment at which it becomes much worse.
   * @param time when it was measured, milliseconds since the epoch; one that is not newer than the last scores 0.
   * @param value in any unit; one that is not a finite number scores 0.
   */
  update(time: number, value: number): number;
  /** What is unusual about the newest reading, should it be unusual. */
  readonly kind: Kind;
  state(): DetectorState;
  /** @returns whether the state could be read; if not, the detector is as new. */
  restore(state: unknown): boolean;
}

/**
 * A detector of anomalies for one series: one pass, no training, the same defaults for every series.
 * @param _options.intervalMs usual time between readings; the method goes by the times that it sees, and needs none.
 */
export function createDetector(_options: { intervalMs?: number } = {}): Detector {
  return new SeriesDetector();
}

class SeriesDetector implements Detector {
  #series = new Series();
  /** The event under way: its surprise, and when it began or became worse. */
  #eventSurprise = 0;
  #eventAt = Number.NEGATIVE_INFINITY;
  kind: Kind = 'point';

  update(time: number, value: number): number {
    if (!Number.isFinite(value) || !Number.isFinite(time) || time <= this.#series.lastAt) return 0;
    const { sudden, kind } = this.#series.look(time, value);
    this.#series.learn(time, value);
    this.kind = kind;
    if (time - this.#eventAt <= sameEventMs && sudden <= this.#eventSurprise + worse) return 0;
    if (sudden >= leastSurprise) {
      this.#eventSurprise = sudden;
      this.#eventAt = time;
    }
    return 1 - 10 ** -sudden;
  }

  state(): DetectorState {
    const pack = new PackWriter();
    pack.number(this.#eventSurprise, this.#eventAt);
    return { series: this.#series.state(), event: pack.text() };
  }

  restore(state: unknown): boolean {
    const { series, event } = (state ?? {}) as Partial<DetectorState>;
    const known = Series.from(series);
    this.#series = known ?? new Series();
    this.#eventSurprise = 0;
    this.#eventAt = Number.NEGATIVE_INFINITY;
    if (!known || typeof event !== 'string' || event.length !== 24) return false;
    const pack = new PackReader(event);
    this.#eventSurprise = pack.number();
    this.#eventAt = pack.number();
    return true;
  }
}
