import type { AlarmEffect } from '../model/alarm.ts';
import type { Episode } from '../model/episode.ts';
import { EpisodeCollector } from './episodes.ts';

/**
 * The alarms of one device as they were told, by their ids, as far back as a late sample can change them. All devices of
 * which none was told share one: what changes is what is returned.
 */
export class ToldAlarms extends EpisodeCollector {
  static readonly none = new ToldAlarms();

  /** These, and no others, are what was told. */
  static of(episodes: readonly Episode[]): ToldAlarms {
    if (episodes.length === 0) return ToldAlarms.none;
    const told = new ToldAlarms();
    for (const episode of episodes) told.begin(episode);
    return told;
  }

  get all(): Episode[] {
    return [...this.episodes.values()];
  }

  /** With what is told now. */
  and(effect: AlarmEffect): ToldAlarms {
    const told = this === ToldAlarms.none ? new ToldAlarms() : this;
    told.take(effect);
    return told;
  }

  /**
   * Without those that were over before a time: no late sample can change them any more. One that is named after a later
   * moment is kept until then, or else what begins at that moment would be taken for it.
   */
  since(floor: number): ToldAlarms {
    for (const { alarmId: id, clearedAt, namedAt = floor - 1 } of this.episodes.values())
      if (clearedAt !== null && clearedAt < floor && namedAt < floor) this.episodes.delete(id);
    return this.episodes.size > 0 ? this : ToldAlarms.none;
  }
}
