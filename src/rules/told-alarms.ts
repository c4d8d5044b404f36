import type { AlarmEffect } from '../model/alarm.ts';
import type { Episode } from '../model/episode.ts';
import { EpisodeCollector } from './episodes.ts';

/** So that a device without alarms needs no list of them. */
const none: ReadonlyMap<string, Episode> = new Map();

/** The alarms of one device as they were told, as far back as a late sample can change them. */
export class ToldAlarms {
  #collector: EpisodeCollector | null = null;

  /** By id of the alarm. */
  get episodes(): ReadonlyMap<string, Episode> {
    return this.#collector?.episodes ?? none;
  }

  get all(): Episode[] {
    return [...this.episodes.values()];
  }

  take(effect: AlarmEffect): void {
    this.#collector ??= new EpisodeCollector();
    this.#collector.take(effect);
  }

  /** From here on these, and no others, are what was told. */
  replace(episodes: readonly Episode[]): void {
    this.#collector = episodes.length > 0 ? new EpisodeCollector() : null;
    for (const episode of episodes) this.#collector!.begin(episode);
  }

  /** Lets go of those that were over before a time: no late sample can change them any more. */
  forgetOver(floor: number): void {
    if (this.#collector === null) return;
    const { episodes } = this.#collector;
    for (const { alarmId: id, clearedAt } of episodes.values())
      if (clearedAt !== null && clearedAt < floor) episodes.delete(id);
  }
}
