import { feedEnd, readFeed } from '../../store/feed.ts';
import { scopeOf } from '../access/scope.ts';
import { sessionByHash } from '../access/session.ts';
import type { ApiContext } from '../context.ts';
import type { FeedClient } from './client.ts';
import { toEvents } from './events.ts';

const linesAtOnce = 500;
/** A client that is further behind reads everything again instead: quicker, and it shows the present first. */
const mostMissed = 5000;

/** Reads the store's feed once for all clients and gives each what it may see. */
export class FeedHub {
  readonly #context: ApiContext;
  readonly #clients = new Set<FeedClient>();
  readonly #unsubscribe: () => void;
  /** Last line given to the clients that are up to date. */
  #seq = 0;
  #pumping = false;
  #again = false;

  constructor(context: ApiContext) {
    this.#context = context;
    this.#unsubscribe = context.feed.subscribe(() => void this.#pump());
  }

  /**
   * Adds a client: sends what came after `lastSeen`, then everything new.
   * @param lastSeen the last event that it has had; null to begin with what comes now
   */
  async join(client: FeedClient, lastSeen: number | null): Promise<void> {
    const end = await feedEnd(this.#context.store);
    // While nobody listened nothing was read.
    if (this.#clients.size === 0) this.#seq = Math.max(this.#seq, end);
    client.seq = lastSeen ?? end;
    if (client.seq > end || end - client.seq > mostMissed) client.reset(end);
    // Lines may come in while older ones are read: only without a wait in between is the client up to date.
    while (client.isOpen && client.seq < this.#seq) {
      const lines = await readFeed(this.#context.store, client.seq, linesAtOnce);
      client.send(await toEvents(this.#context, lines));
      client.seq = Math.max(client.seq, lines.at(-1)?.seq ?? this.#seq);
    }
    if (!client.isOpen) return;
    this.#clients.add(client);
    await this.#pump();
  }

  leave(client: FeedClient): void {
    this.#clients.delete(client);
  }

  /** Keeps connections alive through proxies, and ends those whose session has ended or changes what they may see. */
  async heartbeat(): Promise<void> {
    const { store, clock, log } = this.#context;
    for (const client of [...this.#clients]) {
      try {
        const person = await sessionByHash(store, client.tokenHash, clock.now());
        if (!person) {
          this.leave(client);
          client.close();
          continue;
        }
        client.see(await scopeOf(store, person));
        client.write(': here\n\n');
      } catch (error) {
        log.error({ room: 'api', err: error }, 'A live feed could not be checked.');
      }
    }
    // In case a call of feed.subscribe was missed: the feed is never later than one heartbeat.
    await this.#pump();
  }

  close(): void {
    this.#unsubscribe();
    for (const client of this.#clients) client.close();
    this.#clients.clear();
  }

  async #pump(): Promise<void> {
    if (this.#pumping) {
      this.#again = true;
      return;
    }
    this.#pumping = true;
    try {
      do {
        this.#again = false;
        await this.#readOn();
      } while (this.#again);
    } catch (error) {
      this.#context.log.error({ room: 'api', err: error }, 'The feed could not be read; the next change tries again.');
    } finally {
      this.#pumping = false;
    }
  }

  async #readOn(): Promise<void> {
    while (this.#clients.size > 0) {
      const lines = await readFeed(this.#context.store, this.#seq, linesAtOnce);
      if (lines.length === 0) return;
      const events = await toEvents(this.#context, lines);
      this.#seq = lines.at(-1)!.seq;
      for (const client of this.#clients) client.send(events);
      if (lines.length < linesAtOnce) return;
    }
  }
}
