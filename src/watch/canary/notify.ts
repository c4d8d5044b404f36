import type { AlarmTransition } from '../../alarms/ledger.ts';
import type { Channel } from '../../notify/channel.ts';
import { enqueue } from '../../notify/outbox.ts';
import type { StoreOrTransaction } from '../../store/open.ts';

/** The name of the canary's channel in the outbox. */
export const canaryChannelName = 'canary';

interface Body {
  beat: number;
}

/** What the canary's alarm has instead of a case and people: an intent that nobody but the watch gets. */
export async function notifyCanary(
  tx: StoreOrTransaction,
  transitions: readonly AlarmTransition[],
  now: number,
): Promise<void> {
  const raised = transitions.filter(({ kind }) => kind === 'raised');
  const intents = raised.map(({ alarm, receivedAt }) => {
    const body: Body = { beat: beatOf(JSON.parse(alarm.valuesJson)) };
    return { id: `${alarm.id}/raised`, channel: canaryChannelName, target: 'watch', body, receivedAt };
  });
  await enqueue(tx, intents, now);
}

/** Hands what has come out of the outbox to the watch. */
export function canaryChannel(notified: (beat: number) => void): Channel {
  return {
    timeoutMs: 1_000,
    deliver: async ({ bodyJson }) => notified((JSON.parse(bodyJson) as Body).beat),
  };
}

/** The number of the beat that an alarm of the canary is of; 0 for the all-clear. */
export function beatOf(values: Record<string, number>): number {
  return values.beat ?? 0;
}
