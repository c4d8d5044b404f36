import type { Episode } from '../model/episode.ts';
import { packCells, samePack } from './cells.ts';
import type { CompiledType } from './compile.ts';
import type { DeviceMemory } from './device-memory.ts';
import { devicePlaces } from './device-places.ts';
import { copyEpisode } from './episodes.ts';

/** What the rules knew of a device before a time. Never changed: what stays the same is shared from one to the next. */
export interface KnownThen {
  /** See `packCells`. */
  cells: readonly number[];
  /** Ids of the alarms under way by index of their rule; null when there are none. */
  ids: readonly (string | null)[] | null;
  /** These alarms as they were told. */
  episodes: readonly Episode[];
}

export interface Snapshot extends KnownThen {
  /** Everything measured before this time is in it, and nothing else. Milliseconds since the epoch. */
  at: number;
}

/** As kept in a checkpoint: each says only what is not as in the one before. */
export interface SnapshotState {
  /** Null: before everything. */
  at: number | null;
  samples: number;
  cells?: readonly number[];
  ids?: readonly (string | null)[] | null;
  episodes?: readonly Episode[];
}

/**
 * The newest snapshots lie a 16th of the lateness bound apart, older ones further and further: what has to be judged
 * again begins too early by at most about as much as it lies back.
 */
const perLateness = 16;
/**
 * How far back the oldest one may lie, in lateness bounds: the next one to it lies within the bound, and two are no further
 * apart than half of what the newer one lies back.
 */
export const reachesBack = 1.5;
/** Sooner one after the other they are not made, whatever the bound. Milliseconds. */
const leastApartMs = 60_000;
/**
 * Samples of one device among which a late one is put in its place. A device that sends more within the lateness bound
 * of its type has a shorter one: at a sample a second that is 68 minutes.
 */
const mostSamples = 4_096;

const { head, samples, snapshotAfter, snapshotAt, snapshots, moments } = devicePlaces;

const noEpisodes: readonly Episode[] = [];

/** Of most devices at most times. */
const nothing: KnownThen = { cells: [], ids: null, episodes: noEpisodes };

/**
 * How far back a device can be judged again, and what was known there. Of each snapshot in turn, its time and the samples
 * taken in before lie in a region of the device's memory: this looks at it, and is made anew whenever somebody does.
 */
export class Horizon {
  readonly #type: CompiledType;
  readonly #memory: DeviceMemory;

  constructor(type: CompiledType, memory: DeviceMemory) {
    this.#type = type;
    this.#memory = memory;
  }

  /** Nothing is measured yet. */
  begin(): void {
    this.#add(Number.NEGATIVE_INFINITY, 0, nothing);
    this.#planNext();
  }

  get #count(): number {
    return this.#memory.cells[snapshots]!;
  }

  #atOf(snapshot: number): number {
    return this.#memory.cells[this.#memory.start(moments) + 2 * snapshot]!;
  }

  #samplesOf(snapshot: number): number {
    return this.#memory.cells[this.#memory.start(moments) + 2 * snapshot + 1]!;
  }

  #knownAt(snapshot: number): KnownThen {
    return this.#memory.known === null ? nothing : this.#memory.known[snapshot]!;
  }

  /** What was measured before is judged no more. */
  get floor(): number {
    return this.#atOf(0);
  }

  /**
   * To be called before a sample is taken in that is newer than all others.
   * @returns whether it is time for `keep`.
   */
  advance(at: number): boolean {
    const { cells } = this.#memory;
    return ++cells[samples]! > cells[snapshotAfter]! || at >= cells[snapshotAt]!;
  }

  /**
   * Keeps what is known before the sample is taken in.
   * @param told the alarms as they were told, by their ids.
   * @returns whether the floor has moved.
   */
  keep(at: number, told: ReadonlyMap<string, Episode>): boolean {
    const { floor } = this;
    this.#add(at, this.samples - 1, this.#then(told, this.#knownAt(this.#count - 1)));
    this.#thin();
    while (this.#count > 1 && this.#isPast(at)) this.#forget(0);
    if (this.#memory.known?.every((known) => known === nothing)) this.#memory.known = null;
    this.#planNext();
    return this.floor !== floor;
  }

  #add(at: number, before: number, known: KnownThen): void {
    const memory = this.#memory;
    const count = memory.cells[snapshots]!++;
    if (known !== nothing) memory.known ??= new Array<KnownThen>(count).fill(nothing);
    memory.known?.push(known);
    const room = memory.room(moments);
    if (2 * count === room) memory.resize(moments, room + 4);
    const place = memory.start(moments) + 2 * count;
    memory.cells[place] = at;
    memory.cells[place + 1] = before;
  }

  /** When the next snapshot is due after the newest one, so that most samples need not look at any. */
  #planNext(): void {
    const last = this.#count - 1;
    const { cells } = this.#memory;
    cells[snapshotAt] = this.#atOf(last) + Math.max(this.#type.latenessMs / perLateness, leastApartMs);
    cells[snapshotAfter] = this.#samplesOf(last) + mostSamples / perLateness;
  }

  /** Whether the oldest is not needed any more. */
  #isPast(at: number): boolean {
    return this.#atOf(1) <= at - this.#type.latenessMs || this.samples - this.#samplesOf(0) > mostSamples;
  }

  /** Lets go of those between two others that are no further apart than they lie back. */
  #thin(): void {
    const newest = this.#count - 1;
    const [newestAt, newestSamples] = [this.#atOf(newest), this.#samplesOf(newest)];
    for (let i = newest - 1; i > 0; i--) {
      if (this.#atOf(i + 1) - this.#atOf(i - 1) > newestAt - this.#atOf(i + 1)) continue;
      const between = this.#samplesOf(i + 1) - this.#samplesOf(i - 1);
      if (between > Math.max(newestSamples - this.#samplesOf(i + 1), mostSamples / perLateness)) continue;
      this.#forget(i);
    }
  }

  #forget(snapshot: number): void {
    const { cells } = this.#memory;
    const start = this.#memory.start(moments);
    const end = start + 2 * --cells[snapshots]!;
    for (let i = start + 2 * snapshot; i < end; i++) cells[i] = cells[i + 2]!;
    this.#memory.known?.splice(snapshot, 1);
  }

  #then(told: ReadonlyMap<string, Episode>, before: KnownThen): KnownThen {
    const { ruled: cells, alarmIds: ids } = this.#memory;
    if (cells === this.#type.initial && ids === null && told.size === 0) return nothing;
    const packed = packCells(cells, this.#type.initial);
    const active = told.size > 0 ? [...told.values()].filter((one) => one.active).map(copyEpisode) : noEpisodes;
    if (packed.length === 0 && ids === null && active.length === 0) return nothing;
    return {
      cells: samePack(packed, before.cells) ? before.cells : packed,
      ids: ids && [...ids],
      episodes: active.length > 0 ? active : noEpisodes,
    };
  }

  /** What was known before a time, as late as there is; later ones are forgotten. */
  rewind(at: number): Snapshot {
    while (this.#count > 1 && this.#atOf(this.#count - 1) > at) this.#forget(this.#count - 1);
    const last = this.#count - 1;
    this.#memory.cells[samples] = this.#samplesOf(last);
    this.#planNext();
    return { at: this.#atOf(last), ...this.#knownAt(last) };
  }

  /** Nothing before a time is judged again, whatever comes. */
  restart(at: number, told: ReadonlyMap<string, Episode>): void {
    this.#empty();
    this.#add(at, this.samples, this.#then(told, nothing));
    this.#planNext();
  }

  #empty(): void {
    this.#memory.cells[snapshots] = 0;
    this.#memory.known = null;
  }

  /** Samples so far, as far as they are not taken back. */
  get samples(): number {
    return this.#memory.cells[samples]!;
  }

  state(): SnapshotState[] {
    let before = nothing;
    return Array.from({ length: this.#count }, (_, i) => {
      const known = this.#knownAt(i);
      const at = this.#atOf(i);
      const state: SnapshotState = { at: Number.isFinite(at) ? at : null, samples: this.#samplesOf(i) };
      if (known.cells !== before.cells) state.cells = known.cells;
      if (known.ids) state.ids = known.ids;
      if (known.episodes.length > 0) state.episodes = known.episodes;
      before = known;
      return state;
    });
  }

  restore(kept: readonly SnapshotState[], taken: number): void {
    this.#memory.cells[samples] = taken;
    this.#empty();
    let { cells } = nothing;
    for (const { at, samples: before, cells: changed, ids = null, episodes = [] } of kept) {
      cells = changed ?? cells;
      const known =
        cells.length === 0 && ids === null && episodes.length === 0
          ? nothing
          : { cells, ids, episodes: episodes.length > 0 ? episodes.map(restoredEpisode) : noEpisodes };
      this.#add(at ?? Number.NEGATIVE_INFINITY, before, known);
    }
    this.#planNext();
  }
}

/** Whether some of what is kept will soon be needed no more: it is looked through then. */
export function forgetsSoon(memory: DeviceMemory, latenessMs: number): boolean {
  const second = memory.start(moments) + 2;
  return memory.cells[head]! - memory.cells[second]! >= latenessMs - latenessMs / perLateness;
}

/** JSON has no infinity: it is kept as null. */
export function restoredEpisode(episode: Episode): Episode {
  return { ...episode, lastAt: episode.lastAt ?? Number.NEGATIVE_INFINITY };
}
