import { PackReader, PackWriter } from './pack.ts';
import { type Kind, type Look, Series, type SeriesState } from './series.ts';

/** Score from which a reading is called an anomaly: what comes once a month by the series' own past. */
export const defaultThreshold = 1 - 1 / 30;

const leastSurprise = -Math.log10(1 - defaultThreshold);
/** What follows an anomaly within twelve hours belongs to the same event, unless it is twice as surprising. */
const sameEventMs = 12 * 3_600_000;
/** For three days it is no news that a day is like the one before, nor that what looks far back still sees as much of it. */
const aftermathMs = 3 * 24 * 3_600_000;
/** What is beside the day before for half a day sees nothing of an event that began longer ago. */
const besideMs = 36 * 3_600_000;
const worse = 2;
/** What looks far back and saw an event sees another only when it has been usual in between. */
const overBelow = 1;

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
  /** What looks far back saw of it, at most, in its half day. */
  #eventLasting = 0;
  /** Whether what looks far back saw it, and still does. */
  #lasts = false;
  kind: Kind = 'point';

  update(time: number, value: number): number {
    if (!Number.isFinite(value) || !Number.isFinite(time) || time <= this.#series.lastAt) return 0;
    const look = this.#series.look(time, value);
    this.#series.learn(time, value);
    this.kind = look.kind;
    const surprise = this.#newsIn(look, time - this.#eventAt);
    if (look.lasting < overBelow) this.#lasts = false;
    if (surprise >= leastSurprise) {
      this.#lasts = look.lasting >= leastSurprise;
      this.#eventSurprise = surprise;
      this.#eventAt = time;
      this.#eventLasting = look.lasting;
    } else if (time - this.#eventAt <= sameEventMs) {
      this.#eventLasting = Math.max(this.#eventLasting, look.lasting);
    }
    return 1 - 10 ** -surprise;
  }

  /** How surprising a reading is so long after the last event began or became worse. */
  #newsIn({ sudden, fresh, lasting, sustained }: Look, sinceMs: number): number {
    const far = this.#lasts ? 0 : lasting;
    const ifWorse = (surprise: number, than: number) => (surprise > worse * than ? surprise : 0);
    if (sinceMs <= sameEventMs) return ifWorse(Math.max(sudden, far), this.#eventSurprise);
    if (sinceMs > aftermathMs) return Math.max(sudden, far);
    const off = this.#lasts || sinceMs <= besideMs ? 0 : sustained;
    return Math.max(fresh, ifWorse(far, this.#eventLasting), off);
  }

  state(): DetectorState {
    const pack = new PackWriter();
    pack.number(this.#eventSurprise, this.#eventAt, this.#eventLasting, Number(this.#lasts));
    return { series: this.#series.state(), event: pack.text() };
  }

  restore(state: unknown): boolean {
    const { series, event } = (state ?? {}) as Partial<DetectorState>;
    const known = Series.from(series);
    this.#series = known ?? new Series();
    this.#eventSurprise = 0;
    this.#eventAt = Number.NEGATIVE_INFINITY;
    this.#eventLasting = 0;
    this.#lasts = false;
    if (!known || typeof event !== 'string' || event.length !== 44) return false;
    const pack = new PackReader(event);
    this.#eventSurprise = pack.number();
    this.#eventAt = pack.number();
    this.#eventLasting = pack.number();
    this.#lasts = pack.number() === 1;
    return true;
  }
}
