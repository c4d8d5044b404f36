import type { Episode } from '../model/episode.ts';
import type { CompiledType } from './compile.ts';
import { copyPlain, samePlain } from './plain.ts';
import { newRuleState, type RuleState } from './rule-judge.ts';

/** What the rules knew of a device before a time. Never changed: what stays the same is shared from one to the next. */
export interface Snapshot {
  /** Everything measured before this time is in it, and nothing else. Milliseconds since the epoch. */
  at: number;
  /** Samples taken in so far. */
  samples: number;
  rules: readonly RuleState[];
  /** Alarms under way. */
  episodes: readonly Episode[];
}

/** As kept in a checkpoint: each says only what is not as in the one before. */
export interface SnapshotState {
  /** Null: before everything. */
  at: number | null;
  samples: number;
  rules: Record<string, RuleState>;
  episodes: Episode[];
}

/** So many are kept within the lateness bound: what has to be judged again begins a quarter of it too early at most. */
const perLateness = 4;
/** Sooner one after the other they are not made, whatever the bound. Milliseconds. */
const leastApartMs = 60_000;
/**
 * Samples of one device among which a late one is put in its place. A device that sends more within the lateness bound
 * of its type has a shorter one: at a sample a second that is 68 minutes.
 */
const mostSamples = 4_096;

/** How far back a device can be judged again, and what was known there. */
export class Horizon {
  readonly #type: CompiledType;
  readonly #apartMs: number;
  #snapshots: Snapshot[];
  #samples = 0;

  constructor(type: CompiledType) {
    this.#type = type;
    this.#apartMs = Math.max(type.latenessMs / perLateness, leastApartMs);
    this.#snapshots = [beginning(type)];
  }

  /** What was measured before is judged no more. */
  get floor(): number {
    return this.#snapshots[0]!.at;
  }

  /**
   * To be called before a sample is taken in that is newer than all others.
   * @returns whether the floor has moved.
   */
  advance(at: number, rules: readonly RuleState[], episodes: ReadonlyMap<string, Episode>): boolean {
    const last = this.#snapshots[this.#snapshots.length - 1]!;
    const another = Math.floor(at / this.#apartMs) !== Math.floor(last.at / this.#apartMs);
    const crowded = this.#samples - last.samples >= mostSamples / perLateness;
    this.#samples++;
    if (!another && !crowded) return false;
    this.#snapshots.push(this.#snapshot(at, this.#samples - 1, rules, episodes, last));
    const before = this.#snapshots.length;
    while (this.#snapshots.length > 1 && this.#isPast(at)) this.#snapshots.shift();
    return this.#snapshots.length < before;
  }

  /** Whether the oldest is not needed any more. */
  #isPast(at: number): boolean {
    const [oldest, next] = this.#snapshots as [Snapshot, Snapshot];
    return next.at <= at - this.#type.latenessMs || this.#samples - oldest.samples > mostSamples;
  }

  #snapshot(
    at: number,
    samples: number,
    rules: readonly RuleState[],
    episodes: ReadonlyMap<string, Episode>,
    before: Snapshot,
  ): Snapshot {
    const kept = rules.map((state, i) => (samePlain(state, before.rules[i]) ? before.rules[i]! : copyPlain(state)));
    const unchanged = kept.every((state, i) => state === before.rules[i]);
    const active =
      episodes.size === 0 ? none : [...episodes.values()].filter((episode) => episode.active).map(copyPlain);
    return {
      at,
      samples,
      rules: unchanged ? before.rules : kept,
      episodes: active,
    };
  }

  /** What was known before a time, as late as there is; later ones are forgotten. */
  rewind(at: number): Snapshot {
    while (this.#snapshots.length > 1 && this.#snapshots.at(-1)!.at > at) this.#snapshots.pop();
    const snapshot = this.#snapshots.at(-1)!;
    this.#samples = snapshot.samples;
    return snapshot;
  }

  /** Nothing before a time is judged again, whatever comes. */
  restart(at: number, rules: readonly RuleState[], episodes: ReadonlyMap<string, Episode>): void {
    this.#snapshots = [this.#snapshot(at, this.#samples, rules, episodes, beginning(this.#type))];
  }

  get samples(): number {
    return this.#samples;
  }

  state(): SnapshotState[] {
    let before: readonly RuleState[] = beginning(this.#type).rules;
    return this.#snapshots.map(({ at, samples, rules, episodes }) => {
      const changed = this.#type.rules.flatMap((rule, i) => (rules[i] === before[i] ? [] : [[rule.id, rules[i]!]]));
      before = rules;
      return {
        at: Number.isFinite(at) ? at : null,
        samples,
        rules: Object.fromEntries(changed) as Record<string, RuleState>,
        episodes: [...episodes],
      };
    });
  }

  restore(snapshots: readonly SnapshotState[], samples: number): void {
    let before = beginning(this.#type).rules;
    this.#samples = samples;
    this.#snapshots = snapshots.map((one) => {
      const changed = Object.keys(one.rules).length > 0;
      if (changed) before = this.#type.rules.map((rule, i) => one.rules[rule.id] ?? before[i]!);
      const episodes = one.episodes.map(restoredEpisode);
      return { at: one.at ?? Number.NEGATIVE_INFINITY, samples: one.samples, rules: before, episodes };
    });
  }
}

/** Shared, so that a device without alarms takes no room for them. */
const none: Episode[] = [];

const beginnings = new WeakMap<CompiledType, Snapshot>();

/** What is known of a device of which nothing has come. */
function beginning(type: CompiledType): Snapshot {
  const known = beginnings.get(type);
  if (known) return known;
  const made = { at: Number.NEGATIVE_INFINITY, samples: 0, rules: type.rules.map(newRuleState), episodes: none };
  beginnings.set(type, made);
  return made;
}

/** JSON has no infinity: it is kept as null. */
export function restoredEpisode(episode: Episode): Episode {
  return { ...episode, lastAt: episode.lastAt ?? Number.NEGATIVE_INFINITY };
}
