import type { AlarmEffect, AlarmFacts } from '../model/alarm.ts';
import { type Severity, severityRank } from '../model/severity.ts';

/** An alarm from beginning to end, as the rules tell it: what `recordEffects` would have made of its effects. */
export interface Episode extends AlarmFacts {
  alarmId: string;
  ruleId: string;
  deviceId: string;
  /** When we could know that it began, received time. */
  raisedReceivedAt: number;
  /** When the newest sample that speaks for it came, received time. */
  evidenceAt: number;
  /** Measured time of the newest sample; -Infinity when none was seen. */
  lastAt: number;
  values: Record<string, number>;
  /** It had begun before anything was looked at: its count and its beginning are the record's, not found anew. */
  taken: boolean;
}

/** Puts the effects of a fold together into episodes. */
export class EpisodeCollector {
  readonly episodes = new Map<string, Episode>();

  /** An episode that is under way when the fold begins. */
  begin(episode: Episode): void {
    this.episodes.set(episode.alarmId, episode);
  }

  take(effect: AlarmEffect): void {
    if (effect.kind === 'raised') {
      const { alarmId, ruleId, deviceId, severity, at, receivedAt, values } = effect;
      this.begin({
        alarmId,
        ruleId,
        deviceId,
        severity,
        peakSeverity: severity,
        active: true,
        raisedAt: at,
        raisedReceivedAt: receivedAt,
        evidenceAt: receivedAt,
        clearedAt: null,
        count: 1,
        lastAt: at,
        values,
        path: [{ at, severity }],
        taken: false,
      });
      return;
    }
    const episode = this.episodes.get(effect.alarmId);
    if (!episode?.active) return;
    if (effect.kind === 'severity') this.#changeSeverity(episode, effect.severity, effect.at);
    else if (effect.kind === 'cleared') Object.assign(episode, { active: false, clearedAt: effect.at });
    else episode.count += 1;
    if (effect.kind !== 'cleared') episode.evidenceAt = effect.receivedAt;
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

/** The more severe of two. */
export function higher(one: Severity, other: Severity): Severity {
  return severityRank(other) > severityRank(one) ? other : one;
}
