import { feedEnd, readFeed } from '../../store/feed.ts';
import { scopeOf } from '../access/scope.ts';
import { sessionByHash } from '../access/session.ts';
import type { ApiContext } from '../context.ts';
import type { SystemNow } from '../contract.ts';
import type { FeedClient } from './client.ts';
import { type OutgoingEvent, toEvents } from './events.ts';

const linesAtOnce = 500;
/** A client that is further behind reads everything again instead: quicker, and it shows the present first. */
const mostMissed = 5000;

type HubContext = Pick<ApiContext, 'store' | 'deviceTypes' | 'clock' | 'log' | 'feed'>;
type Listener = (events: readonly OutgoingEvent[]) => void;

/** Reads the store's feed once for all clients and gives each what it may see. */
export class FeedHub {
  readonly #context: HubContext;
  readonly #clients = new Set<FeedClient>();
  /** Tocsin's own, who see everything. */
  readonly #listeners = new Set<Listener>();
  readonly #unsubscribe: () => void;
  /** Last line given to the clients that are up to date. */
  #seq = 0;
  #pumping = false;
  #again = false;

  #system: SystemNow = { troubles: [] };

  constructor(context: HubContext) {
    this.#context = context;
    this.#unsubscribe = context.feed.subscribe(() => void this.#pump());
  }

  /**
   * Adds a client: sends what came after `lastSeen`, then everything new.
   * @param lastSeen the last event that it has had; null to begin with what comes now
   */
  async join(client: FeedClient, lastSeen: number | null): Promise<void> {
    const end = await this.#end();
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
    if (this.#system.troubles.length > 0) client.system(this.#system);
    await this.#pump();
  }

  /** Hears every line from now on, as Tocsin's own. @returns the function that ends it */
  async listen(listener: Listener): Promise<() => void> {
    await this.#end();
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Tells every client at once what is wrong with Tocsin itself; who comes later hears it first, if anything is. Not through the store,
   * which may be what is wrong, and nothing to be read again: it is how things are, not what happened.
   */
  tellSystem(system: SystemNow): void {
    this.#system = system;
    for (const client of this.#clients) client.system(system);
  }

  /** The feed's newest line. */
  async #end(): Promise<number> {
    const end = await feedEnd(this.#context.store);
    // While nobody listened nothing was read.
    if (!this.#isHeard) this.#seq = Math.max(this.#seq, end);
    return end;
  }

  get #isHeard(): boolean {
    return this.#clients.size + this.#listeners.size > 0;
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
    while (this.#isHeard) {
      const lines = await readFeed(this.#context.store, this.#seq, linesAtOnce);
      if (lines.length === 0) return;
      const events = await toEvents(this.#context, lines);
      this.#seq = lines.at(-1)!.seq;
      for (const client of this.#clients) client.send(events);
      for (const listener of this.#listeners) listener(events);
      if (lines.length < linesAtOnce) return;
    }
  }
}
