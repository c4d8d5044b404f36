import type { AlarmEffect } from '../model/alarm.ts';
import type { Device } from '../model/device.ts';
import type { Episode } from '../model/episode.ts';
import type { Sample } from '../model/sample.ts';
import type { SilenceRule } from '../rules/compile.ts';
import { EpisodeCollector } from '../rules/episodes.ts';
import { Fold } from '../rules/fold.ts';
import type { AroundOf } from '../rules/language/surroundings.ts';
import type { RulesOf } from '../rules/rules-of.ts';
import { warmUpMs } from '../rules/warm-up.ts';
import { Corrections } from './corrections.ts';

/** As far apart as ticks may be for a fold to count the time between them as listened to. Milliseconds. */
const tickMs = 5_000;

/** What is known of devices beside their samples. */
export interface Surroundings {
  /** Devices that are there; one that is not stands nowhere. */
  known?: ((id: string) => Device | undefined) | undefined;
  /** Local time, calendar and places; left out: nothing is known. */
  aroundOf?: AroundOf | undefined;
}

/**
 * One set of rules tried on samples in the order of their arrival: the fold of the engine, with the ticks that a
 * running Tocsin would have had, and the alarms that came of it.
 */
export class Trial {
  readonly #rulesOf: RulesOf;
  readonly #known: (id: string) => Device | undefined;
  readonly #fold: Fold;
  readonly #collector = new EpisodeCollector();
  readonly #corrections = new Corrections();
  readonly #devices = new Map<string, Device>();
  #expected: Device[] = [];
  /** When the last tick was, received time. */
  #tickAt = Number.NaN;
  /** Longer than this after the last sample ticks say nothing new: whatever falls silent has. Milliseconds. */
  #quietMs = 0;
  /** When the last sample came. */
  #receivedAt = Number.NaN;
  readonly #effects: AlarmEffect[] = [];

  constructor(rulesOf: RulesOf, { known = () => undefined, aroundOf }: Surroundings = {}) {
    this.#rulesOf = rulesOf;
    this.#known = known;
    this.#fold = new Fold(rulesOf, Number.POSITIVE_INFINITY, aroundOf);
  }

  /** Takes in the next sample by its time of receipt. */
  take(sample: Sample): void {
    this.listenUntil(sample.receivedAt);
    this.#receivedAt = sample.receivedAt;
    this.#fold.sample(this.#deviceOf(sample.deviceId), sample, this.#effects);
    this.#collect();
  }

  /** Judges what is still to be judged again: nothing more comes. */
  finish(): void {
    this.#fold.settle(this.#receivedAt, this.#effects);
    this.#collect();
  }

  /** Values that were as old as, or older than, what was known already. */
  get stale(): number {
    return this.#fold.stale;
  }

  /** After how long without a word a rule says that a device is silent, milliseconds. */
  silentAfterMs(deviceId: string, rule: SilenceRule): number {
    return this.#fold.silentAfterMs(deviceId, rule);
  }

  get corrections(): Corrections {
    return this.#corrections;
  }

  get episodes(): Iterable<Episode> {
    return this.#collector.episodes.values();
  }

  /** Lets time pass, so that silence is judged. */
  listenUntil(at: number): void {
    const until = Math.floor(at / tickMs) * tickMs;
    if (Number.isNaN(this.#tickAt)) this.#tick(until);
    const quiet = this.#tickAt + this.#quietMs;
    while (this.#tickAt < until) this.#tick(this.#tickAt < quiet ? this.#tickAt + tickMs : until);
  }

  #tick(at: number): void {
    if (this.#expected.length !== this.#devices.size) this.#expected = [...this.#devices.values()];
    this.#tickAt = at;
    this.#fold.tick(at, this.#expected, this.#effects);
    this.#collect();
  }

  #collect(): void {
    if (this.#effects.length === 0) return;
    for (const effect of this.#effects) {
      if (effect.kind === 'rejudged') this.#corrections.take(effect, this.#collector.episodes);
      this.#collector.take(effect);
    }
    this.#effects.length = 0;
  }

  /** Devices are there from their first sample on. */
  #deviceOf(id: string): Device {
    const known = this.#devices.get(id);
    if (known) return known;
    const device = this.#known(id) ?? somewhere(id);
    this.#devices.set(id, device);
    const type = this.#rulesOf(device);
    if (type) this.#quietMs = Math.max(this.#quietMs, warmUpMs(type) + 2 * tickMs);
    return device;
  }
}

/** A device of which nothing is known but its id. */
function somewhere(id: string): Device {
  return { id, type: '', name: id, latitude: Number.NaN, longitude: Number.NaN, gridId: '', state: 'active' };
}
