import type { SystemTrouble } from '../model/system-alarm.ts';
import type { WebhookTarget } from '../notify/channels/webhook/targets.ts';
import { webhookTargets } from '../notify/channels/webhook/targets.ts';
import type { Settings } from '../settings/schema.ts';
import type { Clock } from '../shared/clock.ts';
import type { Store } from '../store/open.ts';
import type { ConsumerState } from './consumer.ts';

/** A store that lets nobody write for so long holds up alarms. */
const busyAfterMs = 3_000;

export interface StoreWatchParts {
  /** A connection of the watch's own: while it waits for the store, nobody else waits for the watch. */
  store: Store;
  webhook: Settings['notify']['webhook'];
  clock: Clock;
  steady: Clock;
}

/** Looks whether the store can be written, what waits in the outbox, and which endpoints there are. Never twice at once. */
export class StoreWatch {
  readonly #parts: StoreWatchParts;
  #lookingSince: number | null = null;
  #looking: Promise<void> = Promise.resolve();
  #failure: string | null = null;
  #outbox = { waiting: 0, oldestAt: null as number | null, lastError: null as string | null };
  #targets: readonly WebhookTarget[] = [];

  constructor(parts: StoreWatchParts) {
    this.#parts = parts;
  }

  /** The endpoints, as they were when the store could be read last. */
  get targets(): readonly WebhookTarget[] {
    return this.#targets;
  }

  /** @param afterwards what to do when the store could be written */
  look(afterwards: () => Promise<void>): void {
    if (this.#lookingSince !== null) return;
    this.#lookingSince = this.#parts.steady.now();
    this.#looking = this.#look(afterwards).finally(() => {
      this.#lookingSince = null;
    });
  }

  async #look(afterwards: () => Promise<void>): Promise<void> {
    try {
      await this.#read();
      await this.#tryLock();
      await afterwards();
      this.#failure = null;
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error);
    }
  }

  async #read(): Promise<void> {
    const { store, webhook } = this.#parts;
    this.#targets = await webhookTargets(store, webhook);
    const waiting = store.selectFrom('outbox').where('state', 'in', ['waiting', 'sending']);
    const { count } = await waiting.select((e) => e.fn.countAll<number>().as('count')).executeTakeFirstOrThrow();
    const oldest = await waiting.select(['createdAt', 'lastError']).orderBy('createdAt').limit(1).executeTakeFirst();
    this.#outbox = { waiting: count, oldestAt: oldest?.createdAt ?? null, lastError: oldest?.lastError ?? null };
  }

  /** A transaction takes the write lock when it begins; one without a write costs the disk nothing. */
  async #tryLock(): Promise<void> {
    const transaction = await this.#parts.store.startTransaction().execute();
    await transaction.rollback().execute();
  }

  delivery(): ConsumerState {
    const { waiting, oldestAt, lastError } = this.#outbox;
    const oldestMs = oldestAt === null ? 0 : Math.max(0, this.#parts.clock.now() - oldestAt);
    return { name: 'delivery', waiting, oldestMs, silentMs: 0, trouble: lastError };
  }

  troubles(): SystemTrouble[] {
    const waitedMs = this.#lookingSince === null ? 0 : Math.round(this.#parts.steady.now() - this.#lookingSince);
    if (this.#failure === null && waitedMs <= busyAfterMs) return [];
    const detail = { waitedMs, ...(this.#failure !== null && { reason: this.#failure }) };
    return [{ code: 'STORE_UNAVAILABLE', severity: 'red', detail }];
  }

  /** Waits for what is under way. */
  async stop(): Promise<void> {
    await this.#looking;
  }
}
