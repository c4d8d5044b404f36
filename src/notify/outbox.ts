import { insertAll } from '../store/insert-all.ts';
import type { StoreOrTransaction } from '../store/open.ts';

/** What somebody is to be told, once. */
export interface Intent {
  /** Made from what it is about, the channel and the target, so that the same news cannot come in twice. */
  id: string;
  channel: string;
  target: string;
  body: object;
  /** When the frame was received that it tells of, milliseconds since the epoch; null when people did what it tells. */
  receivedAt: number | null;
}

/**
 * Puts intents into the outbox, in the transaction of what they tell; `deliverDue` takes them from there. One whose id
 * is there already is left out, whatever has become of it.
 * @param at milliseconds since the epoch.
 */
export async function enqueue(tx: StoreOrTransaction, intents: readonly Intent[], at: number): Promise<void> {
  const rows = intents.map(({ id, channel, target, body, receivedAt }) => ({
    id,
    channel,
    target,
    bodyJson: JSON.stringify(body),
    createdAt: at,
    state: 'waiting' as const,
    attempts: 0,
    nextAt: at,
    deliveredAt: null,
    lastError: null,
    receivedAt,
  }));
  await insertAll(tx, 'outbox', rows, { ifNew: true });
}
