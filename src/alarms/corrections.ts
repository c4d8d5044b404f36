import type { AlarmFacts } from '../model/alarm.ts';
import type { Episode } from '../model/episode.ts';
import { pairEpisodes } from '../rules/pair-episodes.ts';
import type { RecordedAlarm } from './recorded.ts';

/** A difference between the record and what judging the same frames again has found. */
export type Correction =
  /** It is not in the record. */
  | { kind: 'raised-late'; episode: Episode }
  /** There was none. */
  | { kind: 'retracted'; alarm: RecordedAlarm }
  /** It was retracted, and there was one. */
  | { kind: 'reinstated'; alarm: RecordedAlarm; episode: Episode; after: AlarmFacts }
  /** It went otherwise. */
  | { kind: 'corrected'; alarm: RecordedAlarm; episode: Episode; after: AlarmFacts };

export interface Comparison {
  corrections: Correction[];
  /** What the record calls alarms, and how many samples it counts for them, by the id that judging again gave them. */
  known: Map<string, { alarmId: string; count: number }>;
  /** Alarms that were compared. */
  compared: number;
}

/** What is compared. */
export interface Scope {
  /** From when on alarms of a device are compared, received time; null: this device's are not. */
  since(deviceId: string): number | null;
  /** Whether a rule's alarms can be found again at all. */
  judges(ruleId: string): boolean;
  /** Whether a rule goes by ticks, which may fall a moment later than at the time. */
  goesByTicks(ruleId: string): boolean;
}

/** Further apart than this the ends of a silence are not the same. Milliseconds: ticks come each second, some late. */
const tickSlackMs = 5_000;

/**
 * Holds the record against the episodes that judging the frames again has given. An alarm and an episode are the same
 * when they have the same id, or else when they are of one rule and device and overlap in time: what began at another
 * moment than was known is one alarm that is corrected, not one taken back and another found.
 */
export function compare(recorded: readonly RecordedAlarm[], found: Iterable<Episode>, scope: Scope): Comparison {
  const corrections: Correction[] = [];
  const known: Comparison['known'] = new Map();
  const alarms = recorded.filter(({ row }) => concerns(scope, row, row.raisedReceivedAt, row.clearedAt));
  const episodes = [...found].filter((e) => concerns(scope, e, e.raisedReceivedAt, e.clearedAt));
  const pairs = pair(alarms, episodes);
  for (const episode of episodes) {
    const alarm = pairs.get(episode);
    if (!alarm) {
      corrections.push({ kind: 'raised-late', episode });
      continue;
    }
    const after = factsAfter(alarm, episode, scope);
    known.set(episode.alarmId, { alarmId: alarm.row.id, count: after.count });
    if (alarm.row.correction === 'retracted') corrections.push({ kind: 'reinstated', alarm, episode, after });
    else if (differs(alarm, after, episode)) corrections.push({ kind: 'corrected', alarm, episode, after });
  }
  const paired = new Set(pairs.values());
  for (const alarm of alarms)
    if (!paired.has(alarm) && alarm.row.correction !== 'retracted') corrections.push({ kind: 'retracted', alarm });
  return { corrections, known, compared: alarms.length };
}

function concerns(
  scope: Scope,
  { ruleId, deviceId }: { ruleId: string; deviceId: string },
  raisedReceivedAt: number,
  clearedAt: number | null,
): boolean {
  const since = scope.since(deviceId);
  if (since === null || !scope.judges(ruleId)) return false;
  return clearedAt === null || clearedAt >= since || raisedReceivedAt >= since;
}

/** Of alarms that fit as well, one that was taken back is the last choice. */
function pair(alarms: RecordedAlarm[], episodes: Episode[]): Map<Episode, RecordedAlarm> {
  const known = alarms
    .toSorted((a, b) => rank(a) - rank(b) || a.raisedAt - b.raisedAt)
    .map((alarm) => ({ ...alarm, alarm, ruleId: alarm.row.ruleId, deviceId: alarm.row.deviceId }));
  const pairs = pairEpisodes(new Map(known.map((one) => [one.row.id, one])), episodes);
  return new Map([...pairs].map(([episode, one]) => [episode, one.alarm]));
}

const rank = ({ row }: RecordedAlarm) => (row.correction === 'retracted' ? 1 : 0);

/**
 * The facts as they should be. What lies before the time from which frames were judged again is taken from the record:
 * how an alarm began that had begun before.
 */
function factsAfter(alarm: RecordedAlarm, episode: Episode, scope: Scope): AlarmFacts {
  const since = scope.since(episode.deviceId)!;
  const { severity, peakSeverity, active, clearedAt, count, path } = episode;
  const begunBefore = episode.taken || (alarm.row.raisedReceivedAt < since && episode.raisedReceivedAt < since);
  const earlier = begunBefore ? alarm.path.filter(({ at }) => at < since) : [];
  const later = begunBefore ? path.filter(({ at }) => at >= since) : path;
  const after: AlarmFacts = {
    severity,
    peakSeverity,
    active,
    raisedAt: begunBefore ? alarm.raisedAt : episode.raisedAt,
    clearedAt,
    count: begunBefore ? alarm.count : count,
    path: [...earlier, ...later],
  };
  if (scope.goesByTicks(episode.ruleId)) {
    if (Math.abs(after.raisedAt - alarm.raisedAt) <= tickSlackMs) {
      after.raisedAt = alarm.raisedAt;
      after.path = alarm.path;
    }
    if (Math.abs((after.clearedAt ?? 0) - (alarm.clearedAt ?? 0)) <= tickSlackMs) after.clearedAt = alarm.clearedAt;
  }
  return after;
}

function differs(alarm: RecordedAlarm, after: AlarmFacts, episode: Episode): boolean {
  const { severity, peakSeverity, active, raisedAt, clearedAt, count, path } = alarm;
  const before: AlarmFacts = { severity, peakSeverity, active, raisedAt, clearedAt, count, path };
  return (
    JSON.stringify(inOrder(before)) !== JSON.stringify(inOrder(after)) ||
    (alarm.row.lastAt === episode.lastAt && alarm.row.valuesJson !== JSON.stringify(episode.values))
  );
}

function inOrder({ severity, peakSeverity, active, raisedAt, clearedAt, count, path }: AlarmFacts) {
  return [severity, peakSeverity, active, raisedAt, clearedAt, count, path.map(({ at, severity }) => [at, severity])];
}
