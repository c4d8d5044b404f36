import type { BlockPlan } from './block.ts';
import type { DeviceMemory } from './device-memory.ts';
import { packTimes, unpackTimes } from './packed-times.ts';
import { Readings } from './readings.ts';

/** What is known of several readings that are kept as one; time and value are those of the last. */
export interface Merged {
  /** When the first of them was measured. */
  from: number;
  /** Sum of value times the time since the reading before it. */
  area: number;
  sum: number;
  count: number;
  min: number;
  max: number;
}

/** A log as it is kept in a checkpoint. */
export interface LogState {
  /** Measured times, see `packTimes`. */
  times: number[];
  values: number[];
  /** By position; absent when there are none. */
  merged?: Record<number, Merged>;
}

/** Further apart than any readings that are kept as one, milliseconds. */
const farApart = 2 ** 30;

/** Room for so many readings is made before they come; where there are more, it grows with them. */
const mostAtOnce = 256;

/** Where the log of a channel lies in the memory of each device with the same rules. */
export interface LogPlace {
  channel: number;
  /** Its first cell. */
  at: number;
  /** The cell with the shortest time between two readings, since there were none; as far as merging asks. */
  closest: number;
  /** For how long readings are kept at most, milliseconds. */
  keptMs: number;
}

/**
 * What one channel of one device measured, by measured time: the past that windows look at, and from which a part can
 * be judged again. Positions count from the oldest that is kept.
 */
export class ChannelLog extends Readings {
  readonly #memory: DeviceMemory;
  readonly #place: LogPlace;

  constructor(memory: DeviceMemory, place: LogPlace) {
    super(memory, place.at);
    this.#memory = memory;
    this.#place = place;
  }

  /** Takes the places of the log of a channel. */
  static planOf(channel: number, plan: BlockPlan, keptMs: number): LogPlace {
    return { channel, at: Readings.plan(plan), closest: plan.take(farApart), keptMs };
  }

  /** By position; null where none are kept as one. */
  get #merged(): (Merged | null)[] | null {
    return this.#memory.merged?.[this.#place.channel] ?? null;
  }

  set #merged(merged: (Merged | null)[] | null) {
    const all = this.#memory.merged ?? [];
    all[this.#place.channel] = merged;
    this.#memory.merged = all.some((one) => one) ? all : null;
  }

  mergedAt(position: number): Merged | null {
    return this.#memory.merged === null ? null : (this.#merged?.[position] ?? null);
  }

  /** Measured time of the first reading that is kept at a position. */
  beginAt(position: number): number {
    return this.mergedAt(position)?.from ?? this.timeAt(position);
  }

  /**
   * Adds a reading that is newer than all others.
   * @param sinceLast how long after the one before it was measured; infinite or NaN where there was none.
   */
  override push(at: number, value: number, sinceLast = this.#sinceLast(at)): void {
    const { cells } = this.#memory;
    if (sinceLast < cells[this.#place.closest]!) cells[this.#place.closest] = sinceLast;
    super.push(at, value);
    if (this.#memory.merged !== null) this.#merged?.push(null);
  }

  protected override steadyRoom(paceMs: number): number {
    return Math.min(Math.ceil(this.#place.keptMs / paceMs), mostAtOnce);
  }

  #sinceLast(at: number): number {
    return this.length === 0 ? Number.NaN : at - this.timeAt(this.length - 1);
  }

  /** Forgets all from a position on. */
  override cut(position: number): void {
    super.cut(position);
    const merged = this.#merged;
    if (merged !== null) merged.length = position;
    if (position === 0) this.#memory.cells[this.#place.closest] = farApart;
  }

  /** Forgets all before a position. */
  override drop(position: number): void {
    if (position === 0) return;
    super.drop(position);
    if (this.#memory.merged === null) return;
    const merged = this.#merged?.slice(position);
    this.#merged = merged?.some((one) => one !== null) ? merged : null;
  }

  /** Whether any readings may lie as close together as within one cell of `cellMs`. */
  mayMerge(cellMs: number): boolean {
    return this.#memory.cells[this.#place.closest]! < cellMs;
  }

  /**
   * Makes one of readings from a position up to another that come within one cell of `cellMs`, and between which there
   * is no gap.
   * @returns whether anything changed.
   */
  merge(from: number, until: number, cellMs: number, maxGapMs: number): boolean {
    if (!this.mayMerge(cellMs) || !this.#crowded(from, until, cellMs, maxGapMs)) return false;
    this.#merged ??= Array.from({ length: this.length }, () => null);
    let last = from;
    for (let i = from + 1; i < until; i++) {
      if (this.#together(last, i, cellMs, maxGapMs)) this.#join(last, i);
      else this.#move(i, ++last);
    }
    const removed = until - last - 1;
    for (let i = until; i < this.length; i++) this.copy(i, i - removed);
    super.cut(this.length - removed);
    this.#merged!.splice(last + 1, removed);
    return true;
  }

  #crowded(from: number, until: number, cellMs: number, maxGapMs: number): boolean {
    for (let i = from + 1; i < until; i++) if (this.#together(i - 1, i, cellMs, maxGapMs)) return true;
    return false;
  }

  #together(one: number, next: number, cellMs: number, maxGapMs: number): boolean {
    const at = this.timeAt(one);
    if (this.beginAt(next) - at > maxGapMs) return false;
    return Math.floor(at / cellMs) === Math.floor(this.timeAt(next) / cellMs);
  }

  #join(one: number, next: number): void {
    const a = this.#known(one);
    const b = this.#known(next);
    this.#merged![one] = {
      from: a.from,
      area: a.area + b.area,
      sum: a.sum + b.sum,
      count: a.count + b.count,
      min: Math.min(a.min, b.min),
      max: Math.max(a.max, b.max),
    };
    this.copy(next, one);
  }

  #known(position: number): Merged {
    const value = this.valueAt(position);
    const merged = this.#merged![position];
    return (
      merged ?? {
        from: this.timeAt(position),
        area: this.areaAt(position),
        sum: value,
        count: 1,
        min: value,
        max: value,
      }
    );
  }

  #move(from: number, to: number): void {
    if (from === to) return;
    this.copy(from, to);
    this.#merged![to] = this.#merged![from]!;
  }

  /** Value times the time since the reading before; 0 for the first, before which nothing is known. */
  areaAt(position: number): number {
    const merged = this.mergedAt(position);
    if (merged) return merged.area;
    return position === 0 ? 0 : this.valueAt(position) * (this.timeAt(position) - this.timeAt(position - 1));
  }

  state(): LogState {
    const times: number[] = [];
    const values: number[] = [];
    for (let i = 0; i < this.length; i++) {
      times.push(this.timeAt(i));
      values.push(this.valueAt(i));
    }
    const state: LogState = { times: packTimes(times), values };
    const merged = this.#merged;
    if (merged !== null)
      state.merged = Object.fromEntries(merged.flatMap((one, i) => (one === null ? [] : [[i, one]])));
    return state;
  }

  restore({ times: packed, values, merged }: LogState): void {
    this.cut(0);
    this.#merged = null;
    const times = unpackTimes(packed);
    for (const [i, at] of times.entries()) this.push(at, values[i]!);
    if (merged) this.#merged = times.map((_, i) => merged[i] ?? null);
  }
}
