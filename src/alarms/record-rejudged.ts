import type { Transaction } from 'kysely';
import type { Rejudged } from '../model/episode.ts';
import type { Database } from '../store/schema.ts';
import { compare, type Scope } from './corrections.ts';
import type { AlarmTransition } from './ledger.ts';
import { recordCorrections } from './record-corrections.ts';
import { recordedWithIds } from './recorded.ts';

/** The fold says of these alarms all that there is to say, from their beginning. */
const everything: Scope = {
  since: () => Number.NEGATIVE_INFINITY,
  judges: () => true,
  goesByTicks: () => false,
};

/**
 * Corrects the record by what a late sample has changed. What is written carries when it was measured and when it became
 * known. People are called for an alarm that lasts when the newest measurement that speaks for it is not old; and for a call
 * for help, however old it is and whether it lasts: that the button was let go of says nothing.
 * @returns what people must be told of.
 */
export async function recordRejudged(
  tx: Transaction<Database>,
  { found, gone, receivedAt }: Rejudged,
  { gridOf, callWithinMs }: { gridOf(deviceId: string): string; callWithinMs: number },
): Promise<AlarmTransition[]> {
  const recorded = await recordedWithIds(tx, [...found.map((episode) => episode.alarmId), ...gone]);
  const { corrections } = compare(recorded, found, everything);
  return await recordCorrections(tx, corrections, {
    replayId: null,
    byPersonId: null,
    now: receivedAt,
    isToCall: ({ active, speaksAt, lifeSafety }) =>
      lifeSafety === true || (active && receivedAt - speaksAt <= callWithinMs),
    gridOf,
  });
}
