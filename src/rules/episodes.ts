import type { AlarmEffect } from '../model/alarm.ts';
import type { Episode } from '../model/episode.ts';
import { type Severity, severityRank } from '../model/severity.ts';

/** Puts the effects of a fold together into episodes: what the ledger would make of them. */
export class EpisodeCollector {
  readonly episodes = new Map<string, Episode>();

  /** An episode that is under way when the fold begins. */
  begin(episode: Episode): void {
    this.episodes.set(episode.alarmId, episode);
  }

  take(effect: AlarmEffect): void {
    if (effect.kind === 'raised') {
      const { kind: _, at, receivedAt, severity, ...about } = effect;
      this.begin({
        ...about,
        severity,
        peakSeverity: severity,
        active: true,
        raisedAt: at,
        raisedReceivedAt: receivedAt,
        speaksAt: at,
        evidenceAt: receivedAt,
        clearedAt: null,
        count: 1,
        lastAt: at,
        path: [{ at, severity }],
        taken: false,
      });
      return;
    }
    if (effect.kind === 'rejudged') {
      for (const id of effect.gone) this.episodes.delete(id);
      for (const episode of effect.found) this.begin(episode);
      return;
    }
    const episode = this.episodes.get(effect.alarmId);
    if (!episode?.active) return;
    if (effect.kind === 'severity') this.#changeSeverity(episode, effect.severity, effect.at);
    else if (effect.kind === 'cleared') Object.assign(episode, { active: false, clearedAt: effect.at });
    else episode.count += 1;
    if (effect.kind !== 'cleared') {
      episode.speaksAt = effect.at;
      episode.evidenceAt = effect.receivedAt;
    }
    if (effect.at < episode.lastAt) return;
    episode.lastAt = effect.at;
    episode.values = effect.values;
  }

  #changeSeverity(episode: Episode, severity: Severity, at: number): void {
    episode.severity = severity;
    episode.peakSeverity = higher(episode.peakSeverity, severity);
    episode.path.push({ at, severity });
  }
}

/** A copy that stays as it is while the episode goes on: only its path is added to, all else is replaced. */
export function copyEpisode(episode: Episode): Episode {
  return { ...episode, path: [...episode.path] };
}

/** The more severe of two. */
export function higher(one: Severity, other: Severity): Severity {
  return severityRank(other) > severityRank(one) ? other : one;
}
