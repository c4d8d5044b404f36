import type { Transaction } from 'kysely';
import type { AlarmTransition } from '../alarms/ledger.ts';
import { isInternal } from '../model/internal.ts';
import type { ResponseContext } from '../response/context.ts';
import { respond } from '../response/respond.ts';
import type { Database } from '../store/schema.ts';
import { notifyCanary } from '../watch/canary/notify.ts';

/**
 * What follows from alarms: those of the town have cases and people, Tocsin's own tell only the watch.
 * @param now milliseconds since the epoch
 */
export async function answerAlarms(
  tx: Transaction<Database>,
  transitions: readonly AlarmTransition[],
  context: ResponseContext,
  now: number,
): Promise<void> {
  const [internal, town] = [true, false].map((own) =>
    transitions.filter(({ alarm }) => isInternal(alarm.gridId) === own),
  );
  await respond(tx, town!, context, now);
  await notifyCanary(tx, internal!, now);
}
