import type { Episode } from '../model/episode.ts';
import { packCells, samePack } from './cells.ts';
import type { CompiledType } from './compile.ts';
import { copyEpisode } from './episodes.ts';

/** What the rules knew of a device before a time. Never changed: what stays the same is shared from one to the next. */
export interface Snapshot {
  /** Everything measured before this time is in it, and nothing else. Milliseconds since the epoch. */
  at: number;
  /** Samples taken in so far. */
  samples: number;
  /** See `packCells`. */
  cells: readonly number[];
  /** Ids of the alarms under way by index of their rule; null when there are none. */
  ids: readonly (string | null)[] | null;
  /** These alarms as they were told. */
  episodes: readonly Episode[];
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
/** Sooner one after the other they are not made, whatever the bound. Milliseconds. */
const leastApartMs = 60_000;
/**
 * Samples of one device among which a late one is put in its place. A device that sends more within the lateness bound
 * of its type has a shorter one: at a sample a second that is 68 minutes.
 */
const mostSamples = 4_096;

const noEpisodes: readonly Episode[] = [];

/** What the rules know of a device now. */
export interface KnownNow {
  cells: readonly number[];
  ids: readonly (string | null)[] | null;
  /** Alarms as they were told. */
  told: ReadonlyMap<string, Episode>;
}

/** How far back a device can be judged again, and what was known there. */
export class Horizon {
  readonly #type: CompiledType;
  readonly #apartMs: number;
  #snapshots: Snapshot[] = [beginning];
  #samples = 0;
  /** Measured time, and number of samples, from which on another snapshot is due. */
  #nextAt = 0;
  #nextSamples = 0;

  constructor(type: CompiledType) {
    this.#type = type;
    this.#apartMs = Math.max(type.latenessMs / perLateness, leastApartMs);
    this.#planNext();
  }

  /** What was measured before is judged no more. */
  get floor(): number {
    return this.#snapshots[0]!.at;
  }

  /**
   * To be called before a sample is taken in that is newer than all others.
   * @returns whether it is time for `keep`.
   */
  advance(at: number): boolean {
    return ++this.#samples > this.#nextSamples || at >= this.#nextAt;
  }

  /**
   * Keeps what is known before the sample is taken in.
   * @returns whether the floor has moved.
   */
  keep(at: number, known: KnownNow): boolean {
    const last = this.#snapshots[this.#snapshots.length - 1]!;
    const { floor } = this;
    this.#snapshots.push(this.#snapshot(at, this.#samples - 1, known, last));
    this.#thin();
    while (this.#snapshots.length > 1 && this.#isPast(at)) this.#snapshots.shift();
    this.#planNext();
    return this.floor !== floor;
  }

  /** When the next snapshot is due after the newest one, so that most samples need not look at any. */
  #planNext(): void {
    const last = this.#snapshots[this.#snapshots.length - 1]!;
    this.#nextAt = last.at + this.#apartMs;
    this.#nextSamples = last.samples + mostSamples / perLateness;
  }

  /** Whether the oldest is not needed any more. */
  #isPast(at: number): boolean {
    const [oldest, next] = this.#snapshots as [Snapshot, Snapshot];
    return next.at <= at - this.#type.latenessMs || this.#samples - oldest.samples > mostSamples;
  }

  /** Lets go of those between two others that are no further apart than they lie back. */
  #thin(): void {
    const all = this.#snapshots;
    const newest = all[all.length - 1]!;
    for (let i = all.length - 2; i > 0; i--) {
      const [before, after] = [all[i - 1]!, all[i + 1]!];
      if (after.at - before.at > newest.at - after.at) continue;
      if (after.samples - before.samples > Math.max(newest.samples - after.samples, mostSamples / perLateness))
        continue;
      all.splice(i, 1);
    }
  }

  #snapshot(at: number, samples: number, { cells, ids, told }: KnownNow, before: Snapshot): Snapshot {
    const packed = packCells(cells, this.#type.initial);
    const active = told.size > 0 ? [...told.values()].filter((one) => one.active).map(copyEpisode) : noEpisodes;
    return {
      at,
      samples,
      cells: samePack(packed, before.cells) ? before.cells : packed,
      ids: ids && [...ids],
      episodes: active.length > 0 ? active : noEpisodes,
    };
  }

  /** What was known before a time, as late as there is; later ones are forgotten. */
  rewind(at: number): Snapshot {
    while (this.#snapshots.length > 1 && this.#snapshots.at(-1)!.at > at) this.#snapshots.pop();
    const snapshot = this.#snapshots.at(-1)!;
    this.#samples = snapshot.samples;
    this.#planNext();
    return snapshot;
  }

  /** Nothing before a time is judged again, whatever comes. */
  restart(at: number, known: KnownNow): void {
    this.#snapshots = [this.#snapshot(at, this.#samples, known, beginning)];
    this.#planNext();
  }

  get samples(): number {
    return this.#samples;
  }

  state(): SnapshotState[] {
    let before = beginning;
    return this.#snapshots.map((one) => {
      const { at, samples, cells, ids, episodes } = one;
      const state: SnapshotState = { at: Number.isFinite(at) ? at : null, samples };
      if (cells !== before.cells) state.cells = cells;
      if (ids) state.ids = ids;
      if (episodes.length > 0) state.episodes = episodes;
      before = one;
      return state;
    });
  }

  restore(snapshots: readonly SnapshotState[], samples: number): void {
    let cells = beginning.cells;
    this.#samples = samples;
    this.#snapshots = snapshots.map((one) => {
      cells = one.cells ?? cells;
      return {
        at: one.at ?? Number.NEGATIVE_INFINITY,
        samples: one.samples,
        cells,
        ids: one.ids ?? null,
        episodes: one.episodes?.map(restoredEpisode) ?? noEpisodes,
      };
    });
    this.#planNext();
  }
}

/** What is known of a device of which nothing has come. */
const beginning: Snapshot = {
  at: Number.NEGATIVE_INFINITY,
  samples: 0,
  cells: [],
  ids: null,
  episodes: noEpisodes,
};

/** JSON has no infinity: it is kept as null. */
export function restoredEpisode(episode: Episode): Episode {
  return { ...episode, lastAt: episode.lastAt ?? Number.NEGATIVE_INFINITY };
}
