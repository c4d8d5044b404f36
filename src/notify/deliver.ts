import type { Clock } from '../shared/clock.ts';
import { runFixed } from '../store/fixed-statement.ts';
import type { Store } from '../store/open.ts';
import type { Row } from '../store/schema.ts';
import { type Channel, Undeliverable } from './channel.ts';

/** Wait after the first failure; it doubles with each further one, up to `longestWaitMs`. */
export const firstWaitMs = 2_000;
export const longestWaitMs = 300_000;
/** A message that has failed and is older than this is given up: nobody acts on yesterday's alarm. */
export const giveUpAfterMs = 86_400_000;

/** How long after the channel's own limit a message counts as abandoned, by a process that died, and is sent again. */
const leaseMarginMs = 30_000;
/** Another thread's clock may be read a moment later than ours. */
const clockSlackMs = 60_000;
/** So that one call ends; the next goes on where it stopped. */
const messagesPerTarget = 100;

export interface DeliveryCount {
  delivered: number;
  /** Attempts that did not succeed. */
  failed: number;
}

/** Is told of each message that its receiver has taken. */
export type OnDelivered = (message: Row<'outbox'>) => void;

/**
 * Delivers what is due: to each target oldest first and one at a time, to different targets at once. After a failure a
 * target is left alone until the next call, so a dead endpoint costs one attempt a call and holds up nobody else.
 *
 * At least once: a message that was sent but could not be marked before a crash is sent again, under the same id. It
 * is safe to call again while an earlier call is under way, from another process too: a message being sent is marked
 * in the store, and its target waits.
 * @param channels by name, as in `Intent.channel`.
 */
export async function deliverDue(
  db: Store,
  clock: Clock,
  channels: ReadonlyMap<string, Channel>,
  onDelivered: OnDelivered = () => {},
): Promise<DeliveryCount> {
  const now = clock.now();
  const targets = await runFixed(db, 'targets due', ['waiting', now], () =>
    db
      .selectFrom('outbox')
      .select(['channel', 'target'])
      .distinct()
      .where('state', '=', 'waiting')
      .where('nextAt', '<=', now),
  );
  const count = { delivered: 0, failed: 0 };
  await Promise.all(
    targets.map(({ channel, target }) =>
      deliverTo(db, clock, { channel: channels.get(channel), name: channel, target }, count, onDelivered),
    ),
  );
  return count;
}

/** Ends waits that would otherwise never end, or much too late. To be called every second or so. */
export async function endLongWaits(db: Store, now: number): Promise<void> {
  await takeBackAbandoned(db, now);
  await endWaitsOfTheFuture(db, now);
}

/**
 * Takes back what a process that died was sending, so that it is sent again now and not after its lease. Call it at the
 * start of the only process that delivers.
 */
export async function takeBackUnfinished(db: Store): Promise<void> {
  await db.updateTable('outbox').set({ state: 'waiting', nextAt: 0 }).where('state', '=', 'sending').execute();
}

async function deliverTo(
  db: Store,
  clock: Clock,
  { channel, name, target }: { channel: Channel | undefined; name: string; target: string },
  count: DeliveryCount,
  onDelivered: OnDelivered,
): Promise<void> {
  for (let i = 0; i < messagesPerTarget; i += 1) {
    const message = await claim(db, name, target, clock.now(), channel?.timeoutMs ?? 0);
    if (!message) return;
    try {
      if (!channel) throw new Undeliverable(`There is no channel ${name} any more.`);
      await channel.deliver(message);
    } catch (error) {
      count.failed += 1;
      await noteFailure(db, message, error, clock.now());
      if (error instanceof Undeliverable) continue;
      return;
    }
    count.delivered += 1;
    onDelivered(message);
    await db
      .updateTable('outbox')
      .set({ state: 'delivered', deliveredAt: clock.now(), lastError: null })
      .where('id', '=', message.id)
      .execute();
  }
}

/** Takes the target's oldest due message, unless one is on its way to it. */
async function claim(
  db: Store,
  channel: string,
  target: string,
  now: number,
  timeoutMs: number,
): Promise<Row<'outbox'> | null> {
  return await db.transaction().execute(async (tx) => {
    const ofTarget = tx.selectFrom('outbox').selectAll().where('channel', '=', channel).where('target', '=', target);
    if (await ofTarget.where('state', '=', 'sending').limit(1).executeTakeFirst()) return null;
    const message = await ofTarget
      .where('state', '=', 'waiting')
      .where('nextAt', '<=', now)
      .orderBy('seq')
      .limit(1)
      .executeTakeFirst();
    if (!message) return null;
    const taken = {
      state: 'sending' as const,
      attempts: message.attempts + 1,
      nextAt: now + timeoutMs + leaseMarginMs,
    };
    await tx.updateTable('outbox').set(taken).where('id', '=', message.id).execute();
    return { ...message, ...taken };
  });
}

async function noteFailure(db: Store, message: Row<'outbox'>, error: unknown, now: number): Promise<void> {
  const wait = Math.min(firstWaitMs * 2 ** (message.attempts - 1), longestWaitMs);
  await db
    .updateTable('outbox')
    .set({
      state: error instanceof Undeliverable ? 'failed' : 'waiting',
      nextAt: now + wait,
      lastError: error instanceof Error ? error.message : String(error),
    })
    .where('id', '=', message.id)
    // Not when it was taken back and is being sent by someone else.
    .where('state', '=', 'sending')
    .where('attempts', '=', message.attempts)
    .execute();
}

async function takeBackAbandoned(db: Store, now: number): Promise<void> {
  await db
    .updateTable('outbox')
    .set({ state: 'waiting' })
    .where('state', '=', 'sending')
    .where('nextAt', '<=', now)
    .execute();
}

/** Nothing waits for so long, unless the clock has been set back since: then it would for as long as that. */
async function endWaitsOfTheFuture(db: Store, now: number): Promise<void> {
  await db
    .updateTable('outbox')
    .set({ nextAt: now })
    .where('state', '=', 'waiting')
    .where('nextAt', '>', now + longestWaitMs + clockSlackMs)
    .execute();
}

/**
 * Gives up what has been tried for a day. Only what has been tried: after a day's standstill of Tocsin itself,
 * everything is still tried once.
 * @param now milliseconds since the epoch, by a clock that a mistake cannot set ahead: `unhurriedClock`
 */
export async function giveUpOld(db: Store, now: number): Promise<void> {
  await db
    .updateTable('outbox')
    .set({ state: 'failed' })
    .where('state', '=', 'waiting')
    .where('attempts', '>', 0)
    .where('createdAt', '<=', now - giveUpAfterMs)
    .execute();
}
