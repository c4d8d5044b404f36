import { dampingOf } from '../../baseline/damping.ts';
import type { Rule } from '../../model/rule.ts';
import { baselineChannels } from '../../rules/baseline-channels.ts';
import { wordsOfSeries } from '../../store/baseline-words.ts';
import type { StoreOrTransaction } from '../../store/open.ts';
import type { HeardBaseline } from '../contract.ts';
import { findPeople } from './people.ts';

/** The baselines that a rule asks of a device, with all that people said of them, the newest first. */
export async function findHeardBaselines(
  db: StoreOrTransaction,
  deviceId: string,
  rule: Pick<Rule, 'levels'> | null,
): Promise<HeardBaseline[]> {
  const found: HeardBaseline[] = [];
  for (const channel of rule ? baselineChannels(rule) : []) {
    const words = await wordsOfSeries(db, deviceId, channel);
    const ids = [...new Set(words.flatMap((word) => [word.byPersonId, word.takenBackBy ?? []].flat()))];
    const names = new Map((ids.length > 0 ? await findPeople(db, ids) : []).map((person) => [person.id, person.name]));
    const named = (id: string) => ({ id, name: names.get(id) ?? id });
    const inForce = words.filter((word) => word.takenBackAt === null).map((word) => word.verdict);
    found.push({
      channel,
      rarer: 10 ** dampingOf(inForce),
      words: words
        .map(({ id, alarmId, verdict, byPersonId, at, takenBackAt, takenBackBy }) => ({
          id,
          alarmId,
          channel,
          verdict,
          by: named(byPersonId),
          at,
          takenBackAt,
          takenBackBy: takenBackBy === null ? null : named(takenBackBy),
        }))
        .reverse(),
    });
  }
  return found;
}
