import type { Transaction } from 'kysely';
import type { AlarmEffect } from '../model/alarm.ts';
import type { Episode } from '../model/episode.ts';
import { EpisodeCollector } from '../rules/episodes.ts';
import type { Database, Row } from '../store/schema.ts';
import { selectIn } from '../store/select-in.ts';
import { upsertAll } from '../store/upsert-all.ts';

const columns = ['ruleVersion', 'active', 'raisedAt', 'clearedAt', 'episodeJson'] as const;

/** Writes what rules that are tried out said, apart from all alarms: no case, no notice, no line of the feed. */
export async function recordShadow(tx: Transaction<Database>, effects: readonly AlarmEffect[]): Promise<void> {
  if (effects.length === 0) return;
  const ids = [...new Set(effects.flatMap(idsIn))];
  const collector = new EpisodeCollector();
  for (const row of await selectIn(tx, 'shadowAlarm', 'id', ids)) collector.begin(JSON.parse(row.episodeJson));
  for (const effect of effects) collector.take(effect);
  const gone = ids.filter((id) => !collector.episodes.has(id));
  if (gone.length > 0) await tx.deleteFrom('shadowAlarm').where('id', 'in', gone).execute();
  await upsertAll(tx, 'shadowAlarm', 'id', columns, [...collector.episodes.values()].map(rowOf));
}

function idsIn(effect: AlarmEffect): string[] {
  if (effect.kind !== 'rejudged') return [effect.alarmId];
  return [...effect.gone, ...effect.found.map((episode) => episode.alarmId)];
}

function rowOf(episode: Episode): Row<'shadowAlarm'> {
  const { alarmId: id, ruleId, ruleVersion = null, deviceId, active, raisedAt, clearedAt } = episode;
  const episodeJson = JSON.stringify(episode);
  return { id, ruleId, ruleVersion, deviceId, active: active ? 1 : 0, raisedAt, clearedAt, episodeJson };
}
