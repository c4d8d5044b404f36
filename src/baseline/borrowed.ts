import type { Normal } from './baseline.ts';
import { type Look, Series, type SeriesState } from './series.ts';

/** From so many others on there is something to begin with; of two nobody knows which one is like this device. */
export const fewestLenders = 3;
/** More say little more, and each takes 4 kB until the device has a past of its own. */
export const mostLenders = 5;

/** A series that others may begin with. */
export interface Lender {
  /** Id of its device. */
  id: string;
  series: Series;
}

/** As kept in a checkpoint. */
export interface BorrowedState {
  from: string[];
  series: SeriesState[];
  ownLevel: boolean;
}

/**
 * What a series without a past begins with: what its neighbours of the same kind had learnt when it began. What would
 * surprise none of them is usual for it as well; what would surprise each of them is unusual.
 */
export class Borrowed {
  /** Ids of the devices whose past it is. */
  readonly from: readonly string[];
  readonly #series: readonly Series[];
  readonly #ownLevel: boolean;
  /** By how much its level may be another than theirs. */
  readonly #mostOffset: number;

  /** @param ownLevel whether the level of the others says nothing, as for gauges each with a zero of its own. */
  private constructor(from: readonly string[], series: readonly Series[], ownLevel: boolean) {
    this.from = from;
    this.#series = series;
    this.#ownLevel = ownLevel;
    const levels = series.map((one) => one.level);
    // As far as they are from each other it may be from each of them.
    this.#mostOffset = ownLevel ? Number.POSITIVE_INFINITY : Math.max(...levels) - Math.min(...levels);
  }

  /**
   * Copies what others know at a time.
   * @param lenders in the order in which they are to be asked.
   * @returns null when there are too few of them.
   */
  static of(lenders: readonly Lender[], time: number, resolution: number): Borrowed | null {
    const known = lenders.filter(({ series }) => series.ripe && series.normal(time)).slice(0, mostLenders);
    if (known.length < fewestLenders) return null;
    const copies = known.map(({ series }) => Series.from(series.state(), resolution)!);
    return new Borrowed(
      known.map(({ id }) => id),
      copies,
      !agree(copies, time),
    );
  }

  /** By how much a series of `level` lies above one of those that were borrowed. */
  #offset(one: Series, level: number): number {
    const offset = Number.isNaN(level) ? 0 : level - one.level;
    return Math.max(-this.#mostOffset, Math.min(this.#mostOffset, offset));
  }

  /** @param own what the device itself has measured so far. */
  look(own: Series, time: number, value: number): Look {
    const level = Number.isNaN(own.level) ? value : own.level;
    const looks = this.#series.map((one) => own.look(time, value, one, this.#offset(one, level)));
    return looks.reduce((least, next) => (next.standing < least.standing ? next : least));
  }

  /** What is normal for one or the other of them. */
  normal(own: Series, time: number): Normal | null {
    const bands = this.#series.flatMap((one) => {
      const normal = one.normal(time);
      return normal ? [{ ...normal, middle: normal.middle + this.#offset(one, own.level) }] : [];
    });
    if (bands.length === 0) return null;
    return {
      low: Math.min(...bands.map(({ middle, half }) => middle - half)),
      middle: medianOf(bands.map(({ middle }) => middle)),
      high: Math.max(...bands.map(({ middle, half }) => middle + half)),
    };
  }

  state(): BorrowedState {
    return { from: [...this.from], series: this.#series.map((one) => one.state()), ownLevel: this.#ownLevel };
  }

  /** @returns null for what `state` has not said. */
  static restored(state: BorrowedState | undefined, resolution: number): Borrowed | null {
    if (!state) return null;
    const series = state.series.flatMap((one) => Series.from(one, resolution) ?? []);
    return series.length === state.from.length ? new Borrowed(state.from, series, state.ownLevel) : null;
  }
}

/** Whether the middle of what they expect would be usual for at least half of them. */
function agree(series: readonly Series[], time: number): boolean {
  const bands = series.map((one) => one.normal(time)!);
  const middle = medianOf(bands.map((one) => one.middle));
  const within = bands.filter((one) => Math.abs(middle - one.middle) <= one.half);
  return 2 * within.length > bands.length;
}

function medianOf(values: number[]): number {
  const sorted = values.sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
