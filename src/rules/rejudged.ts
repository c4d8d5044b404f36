import type { Episode, Rejudged } from '../model/episode.ts';
import { alarmId } from './alarm-id.ts';
import { copyEpisode } from './episodes.ts';
import { pairEpisodes } from './pair-episodes.ts';
import { samePlain } from './plain.ts';

export interface JudgedAgain {
  deviceId: string;
  /** When the late sample was measured and when it came. */
  at: number;
  receivedAt: number;
  /** What was told before. */
  told: readonly Episode[];
  /** What has come out now; an alarm that people know already gets its id. */
  found: readonly Episode[];
}

/**
 * Holds what was told of a device's alarms against what has come out now.
 * @returns the difference, or null when there is none, and the alarms that go on under the id by which they are known.
 */
export function rejudged({ deviceId, at, receivedAt, told, found }: JudgedAgain): {
  effect: Rejudged | null;
  renamed: { from: string; to: string }[];
} {
  const before = new Set(told);
  const settled = new Set(found.filter((episode) => before.has(episode)).map((episode) => episode.alarmId));
  const open = new Map(told.filter((one) => !settled.has(one.alarmId)).map((one) => [one.alarmId, one]));
  const news = found.filter((episode) => !before.has(episode));
  const pairs = pairEpisodes(open, news);
  const renamed: { from: string; to: string }[] = [];
  const changed: Episode[] = [];
  for (const episode of news) {
    const known = pairs.get(episode);
    // Its beginning gave its name to another one, which then turned out to have begun elsewhere.
    const taken = settled.has(episode.alarmId) ? alarmId(episode.ruleId, deviceId, -episode.raisedAt) : episode.alarmId;
    const to = known?.alarmId ?? taken;
    if (to !== episode.alarmId) renamed.push({ from: episode.alarmId, to });
    episode.alarmId = to;
    if (known) goOnAs(known, episode);
    if (!known || !samePlain(said(known), said(episode))) changed.push(copyEpisode(episode));
  }
  const paired = new Set(pairs.values());
  const gone = [...open.values()].filter((one) => !paired.has(one)).map((one) => one.alarmId);
  const effect: Rejudged = { kind: 'rejudged', deviceId, at, receivedAt, found: changed, gone };
  return { effect: changed.length + gone.length > 0 ? effect : null, renamed };
}

/** An alarm that people know already is not a new one, however it went. */
function goOnAs(known: Episode, episode: Episode): void {
  episode.raisedReceivedAt = known.raisedReceivedAt;
  const namedAt = known.namedAt ?? known.raisedAt;
  if (namedAt !== episode.raisedAt) episode.namedAt = namedAt;
}

/** What the record says of an alarm. */
function said({ severity, peakSeverity, active, raisedAt, clearedAt, count, path, lastAt, values }: Episode) {
  return { severity, peakSeverity, active, raisedAt, clearedAt, count, path, lastAt, values };
}
