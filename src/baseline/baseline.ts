import type { BaselineWord } from '../model/baseline-word.ts';
import { Borrowed, type BorrowedState, type Lender } from './borrowed.ts';
import { type Deviation, followDeviation, packDeviation, unpackDeviation } from './deviation.ts';
import { type Kind, kinds, Series, type SeriesState, seriesVersion } from './series.ts';

/** What is normal for a channel of a device, in its unit: outside of `low` to `high` it is about once in ten days. */
export interface Normal {
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
  /**
   * How surprising the reading is, 0 to 1, for as long as it is: one minus the number of times a day that the series'
   * own past would bring one as unusual. `defaultThreshold` is once a month.
   */
  score: number;
  /** In what it is unusual; `usual` while it is not, at a score below 0.9. */
  kind: ViewKind;
  /** Whether it is its neighbours' past that it is compared with. */
  borrowed: boolean;
}

/** What a rule can compare `baseline(channel).kind` with. */
export const viewKinds = ['usual', ...kinds] as const;
export type ViewKind = 'usual' | Kind;

/** From once in ten days on, where the normal band ends, too, something is unusual in some way. */
const unusualFrom = 1;

/** What a baseline has learnt, as it is kept in a checkpoint. */
export interface BaselineState {
  series: SeriesState;
  /** Since when nothing was learnt because of an alarm; null when there is none. */
  heldFrom: number | null;
  /** When there was an alarm last; absent when nothing is held. */
  heldUntil?: number;
  /** The newest deviation, packed; absent before the first. */
  deviation?: string;
  /** What people said, where they did; see `BaselineWord`. */
  damping?: number;
  /** By how much what is expected was moved when somebody said that it is normal now. */
  accepted?: number;
  /** What its neighbours had learnt, while its own past is too short. */
  borrowed?: BorrowedState;
}

/** Whether a state is of the shape that `restore` reads; one that an earlier version wrote is not. */
export function isBaselineState(state: unknown): boolean {
  return (state as Partial<BaselineState> | null)?.series?.version === seriesVersion;
}

/** One reading in five minutes is learnt, however often a device reports. */
const slotMs = 5 * 60_000;
/** What has been so for three days on end is normal from then on, alarm or not. */
const acceptedAfterMs = 3 * 24 * 3_600_000;
/** An alarm that comes back within a day and a half, as at the same hour of the next day, is the same. */
const sameMs = 36 * 3_600_000;

/** The rolling baseline of one channel of one device, as rules and charts see it. */
export class Baseline {
  readonly #resolution: number;
  #series: Series;
  #heldFrom: number | null = null;
  /** The newest reading in an alarm. */
  #heldUntil = Number.NaN;
  #deviation: Deviation | null = null;
  #damping = 0;
  #accepted = 0;
  #borrowed: Borrowed | null = null;

  /** @param resolution a difference below this is never unusual, in the channel's unit. */
  constructor(resolution: number) {
    this.#resolution = resolution;
    this.#series = new Series(resolution);
  }

  /** Whether its own past says how surprising a reading is. */
  get ripe(): boolean {
    return this.#series.ripe;
  }

  /** Whether it does not know at all what to expect, and nothing was borrowed. */
  get blank(): boolean {
    return !this.#borrowed && !this.#series.normal(this.#series.lastAt);
  }

  /** Its own past, to be borrowed from. */
  lend(id: string): Lender {
    return { id, series: this.#series };
  }

  /**
   * Begins with what neighbours have learnt, until it has a past of its own.
   * @param lenders as many as there are, those that count most first.
   */
  borrow(lenders: readonly Lender[], at: number): void {
    if (this.blank) this.#borrowed = Borrowed.of(lenders, at, this.#resolution);
  }

  /** Ids of the devices whose past is borrowed; empty once it has its own. */
  get borrowedFrom(): readonly string[] {
    return this.#borrowed?.from ?? [];
  }

  /** Measured time of the newest reading learnt; NaN before the first. */
  get lastAt(): number {
    return this.#series.lastAt;
  }

  /** Whether a reading at this time would be learnt: the first one of its five minutes. */
  due(at: number): boolean {
    // Not only a later one: after our clock was set back the last one lies in the future.
    return Math.floor(at / slotMs) !== Math.floor(this.#series.lastAt / slotMs);
  }

  /**
   * Learns a reading that is due. During an alarm on the channel it does not, so that an anomaly is not the new
   * normal, until that has lasted for three days.
   * @returns whether anything changed.
   */
  learn(at: number, value: number, inAlarm = false): boolean {
    const view = this.view(at, value);
    if (view) this.#deviation = followDeviation(this.#deviation, at, value, view);
    if (this.#held(at, inAlarm)) return true;
    this.#series.learn(at, value);
    if (this.#series.ripe) this.#borrowed = null;
    return true;
  }

  /** Whether a reading is not to be learnt because of an alarm. */
  #held(at: number, inAlarm: boolean): boolean {
    if (this.#heldFrom !== null && (at < this.#heldFrom || at - this.#heldUntil > sameMs)) this.#heldFrom = null;
    if (!inAlarm) return false;
    this.#heldFrom ??= at;
    this.#heldUntil = at;
    return at - this.#heldFrom < acceptedAfterMs;
  }

  /** Normal values at a time, or null while there is too little history. */
  normal(at: number): Normal | null {
    if (this.#borrowed) return this.#borrowed.normal(this.#series, at);
    const normal = this.#series.normal(at);
    return normal && { low: normal.middle - normal.half, middle: normal.middle, high: normal.middle + normal.half };
  }

  view(at: number, value: number): BaselineView | null {
    const normal = this.normal(at);
    if (!normal) return null;
    const look = this.#borrowed?.look(this.#series, at, value) ?? this.#series.look(at, value);
    const { kind } = look;
    // What is usual stays so, whatever was said.
    const standing = look.standing === 0 ? 0 : Math.max(0, look.standing - this.#damping);
    return {
      ...normal,
      score: 1 - 10 ** -standing,
      kind: standing < unusualFrom ? 'usual' : kind,
      borrowed: this.#borrowed !== null,
    };
  }

  /**
   * Goes by what a person said from here on.
   * @param at measured time of the newest reading; NaN where there is none, and then nothing is accepted.
   */
  hear({ damping, normal }: Pick<BaselineWord, 'damping' | 'normal'>, at: number, value: number): void {
    this.#damping = damping;
    if (normal === 'take-back') {
      this.#series.move(-this.#accepted);
      this.#accepted = 0;
    }
    if (normal !== 'accept' || !Number.isFinite(at) || !Number.isFinite(value)) return;
    this.#accepted = this.#series.accept(at, value);
    // What is normal elsewhere is not what is normal here.
    this.#borrowed = null;
    // What lasts is learnt from now on, alarm or not.
    this.#heldFrom = at - acceptedAfterMs;
    this.#heldUntil = at;
  }

  /** The newest time in which the channel was unusual, over or not; null when there was none yet. */
  get deviation(): Deviation | null {
    return this.#deviation;
  }

  state(): BaselineState {
    const state: BaselineState = { series: this.#series.state(), heldFrom: this.#heldFrom };
    if (this.#heldFrom !== null) state.heldUntil = this.#heldUntil;
    if (this.#deviation) state.deviation = packDeviation(this.#deviation);
    if (this.#damping !== 0) state.damping = this.#damping;
    if (this.#accepted !== 0) state.accepted = this.#accepted;
    if (this.#borrowed) state.borrowed = this.#borrowed.state();
    return state;
  }

  /** @returns whether the state could be read; if not, the baseline begins anew. */
  restore(state: unknown): boolean {
    const { series, heldFrom, heldUntil, deviation, damping, accepted, borrowed } = (state ??
      {}) as Partial<BaselineState>;
    const known = Series.from(series, this.#resolution);
    this.#series = known ?? new Series(this.#resolution);
    this.#heldFrom = known ? (heldFrom ?? null) : null;
    this.#heldUntil = heldUntil ?? heldFrom ?? Number.NaN;
    this.#deviation = known ? unpackDeviation(deviation) : null;
    this.#damping = known ? (damping ?? 0) : 0;
    this.#accepted = known ? (accepted ?? 0) : 0;
    this.#borrowed = Borrowed.restored(borrowed, this.#resolution);
    return known !== null;
  }
}
