import { randomUUID } from 'node:crypto';
import type { Verdict } from '../../model/baseline-word.ts';
import { TocsinError } from '../../shared/errors.ts';
import { addWord, takeWordBack } from '../../store/baseline-words.ts';
import { inTransaction } from '../../store/transaction.ts';
import type { SignedIn } from '../access/session.ts';
import type { ApiContext } from '../context.ts';
import type { AlarmDetail } from '../contract.ts';
import { findHeardBaselines } from '../queries/heard-baselines.ts';
import { record } from '../record.ts';

/**
 * Notes what a person says of an alarm, for every baseline that its rule asks; the engine hears of it by the journal.
 * @throws TocsinError CONFLICT when the rule asks none, or something is said already that it would contradict.
 */
export async function sayWord(context: ApiContext, person: SignedIn, alarm: AlarmDetail, verdict: Verdict) {
  const { store, clock } = context;
  if (alarm.baselines.length === 0)
    throw new TocsinError('CONFLICT', 'The rule of this alarm asks no baseline; change its limits instead.');
  const at = clock.now();
  await inTransaction(store, async (tx) => {
    for (const { channel, words } of await findHeardBaselines(tx, alarm.deviceId, alarm.rule)) {
      const other = words.find(
        (word) =>
          word.alarmId === alarm.id &&
          word.takenBackAt === null &&
          (word.verdict === verdict || (word.verdict !== 'new-normal' && verdict !== 'new-normal')),
      );
      if (other) {
        const message = `${other.by.name} has said "${other.verdict}" of this alarm; take that back first.`;
        throw new TocsinError('CONFLICT', message);
      }
      const word = { id: randomUUID(), alarmId: alarm.id, deviceId: alarm.deviceId, channel, verdict };
      await addWord(tx, { ...word, byPersonId: person.id, at });
    }
    await record(tx, context, person, 'alarm.word-said', `alarm/${alarm.id}`, { verdict });
  });
  await tell(context);
}

/**
 * Takes back what was said of an alarm, whoever said it.
 * @throws TocsinError NOT_FOUND when it was not said; CONFLICT for a new normal after which another was accepted.
 */
export async function takeBackWord(context: ApiContext, person: SignedIn, alarm: AlarmDetail, verdict: Verdict) {
  const { store, clock } = context;
  await inTransaction(store, async (tx) => {
    const baselines = await findHeardBaselines(tx, alarm.deviceId, alarm.rule);
    const inForce = baselines.flatMap(({ words }) => words.filter((word) => word.takenBackAt === null));
    const meant = inForce.filter((word) => word.alarmId === alarm.id && word.verdict === verdict);
    if (meant.length === 0) throw new TocsinError('NOT_FOUND', `Nobody says "${verdict}" of this alarm.`);
    for (const word of meant) {
      const later = inForce.some(
        (one) => one.verdict === 'new-normal' && one.channel === word.channel && one.at > word.at,
      );
      if (verdict === 'new-normal' && later)
        throw new TocsinError('CONFLICT', 'Another new normal was accepted after this one; take that back instead.');
      await takeWordBack(tx, word.id, person.id, clock.now());
    }
    await record(tx, context, person, 'alarm.word-taken-back', `alarm/${alarm.id}`, { verdict });
  });
  await tell(context);
}

/** What was said is in the store, whatever the journal says; it is told again until the journal takes it. */
async function tell({ announceWords, log }: ApiContext): Promise<void> {
  await announceWords().catch((error) => log.warn({ err: error }, 'what was said of an alarm waits for the journal'));
}
