import { median, medianAbsoluteDeviation } from 'simple-statistics';

/** What is normal for a channel of a device, in its unit. */
interface Normal {
  low: number;
  middle: number;
  high: number;
}

/** What is normal at a moment, milliseconds since the epoch. */
export interface NormalBand extends Normal {
  at: number;
}

/** A reading against what is normal for its device and channel at that hour. */
export interface BaselineView extends Normal {
  /** Distance from the middle in robust standard deviations; 0 is perfectly usual. */
  score: number;
}

/** What a baseline has learnt, as it is kept in a checkpoint. */
export interface BaselineState {
  /** By hour of the day (UTC): up to `perHour` values, oldest first. */
  hours: number[][];
  /** Number of the last quarter of an hour learnt from. */
  slot: number;
  firstAt: number;
}

const slotMs = 15 * 60_000;
const hourMs = 3_600_000;
/** A week of one value each quarter of an hour. */
const perHour = 28;
/** Fewer values at an hour and its neighbours say nothing about a spread. */
const enough = 12;
const leastHistoryMs = 24 * hourMs;
/** A normal distribution's standard deviation in units of its median absolute deviation (Rousseeuw & Croux 1993). */
const madToDeviation = 1.4826;
/** Half width of the band of normal values, in robust standard deviations. */
const bandDeviations = 4;

/**
 * The rolling baseline of one channel of one device: median and median absolute deviation of the last week at this
 * hour of the day and the hours beside it. Outliers move neither much, so that a week with a flood in it is still a
 * usable reference. One value each quarter of an hour is learnt, whatever the reporting period.
 */
export class Baseline {
  /** A deviation below this is never counted as spread: the channel's resolution, in its unit. */
  readonly #floor: number;
  #hours: number[][] = Array.from({ length: 24 }, () => []);
  #slot = -1;
  #firstAt = Number.NaN;
  #normal: ({ middle: number; deviation: number } | null | undefined)[] = [];

  constructor(floor: number) {
    this.#floor = floor;
  }

  /** Whether a reading at this time would be learnt: the first one of its quarter of an hour. */
  due(at: number): boolean {
    // Not only a later one: after our clock was set back the last one lies in the future.
    return Math.floor(at / slotMs) !== this.#slot;
  }

  /** Learns a reading that is due. Not called during an alarm on the channel: an anomaly is not the new normal. */
  learn(at: number, value: number): void {
    this.#slot = Math.floor(at / slotMs);
    if (Number.isNaN(this.#firstAt) || at < this.#firstAt) this.#firstAt = at;
    const values = this.#hours[hourOf(at)]!;
    values.push(value);
    if (values.length > perHour) values.shift();
    this.#normal = [];
  }

  /** Normal values at a time of day, or null while there is too little history. */
  normal(at: number): Normal | null {
    const normal = this.#at(hourOf(at));
    if (!normal) return null;
    const half = bandDeviations * normal.deviation;
    return { low: normal.middle - half, middle: normal.middle, high: normal.middle + half };
  }

  view(at: number, value: number): BaselineView | null {
    const normal = this.normal(at);
    if (!normal) return null;
    return { ...normal, score: (Math.abs(value - normal.middle) * bandDeviations) / (normal.high - normal.middle) };
  }

  #at(hour: number): { middle: number; deviation: number } | null {
    const known = this.#normal[hour];
    if (known !== undefined) return known;
    const values = [...this.#hours[(hour + 23) % 24]!, ...this.#hours[hour]!, ...this.#hours[(hour + 1) % 24]!];
    const learntEnough = values.length >= enough && this.#slot * slotMs - this.#firstAt >= leastHistoryMs - slotMs;
    const normal = learntEnough
      ? { middle: median(values), deviation: Math.max(medianAbsoluteDeviation(values) * madToDeviation, this.#floor) }
      : null;
    this.#normal[hour] = normal;
    return normal;
  }

  state(): BaselineState {
    return { hours: this.#hours, slot: this.#slot, firstAt: this.#firstAt };
  }

  restore(state: BaselineState): void {
    this.#hours = state.hours.map((values) => [...values]);
    this.#slot = state.slot;
    this.#firstAt = state.firstAt ?? Number.NaN;
    this.#normal = [];
  }
}

function hourOf(at: number): number {
  return Math.floor(at / hourMs) % 24;
}
