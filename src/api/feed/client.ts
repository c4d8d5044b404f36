import type { ServerResponse } from 'node:http';
import { isVisible, type Scope } from '../access/scope.ts';
import type { FeedEvent, SystemNow } from '../contract.ts';
import type { OutgoingEvent } from './events.ts';

/** What may wait for one client that reads slowly, in bytes; more, and it is cut off and resumes from its last event. */
const mostWaiting = 1024 * 1024;

/** One console's open connection. */
export class FeedClient {
  /** Everything up to here was sent or is not for this client. */
  seq = 0;
  readonly tokenHash: string;
  readonly #personId: string;
  #scope: Scope;
  readonly #response: ServerResponse;

  constructor(response: ServerResponse, person: { id: string; tokenHash: string }, scope: Scope) {
    this.#response = response;
    this.#personId = person.id;
    this.tokenHash = person.tokenHash;
    this.#scope = scope;
  }

  get isOpen(): boolean {
    return !this.#response.destroyed && !this.#response.writableEnded;
  }

  see(scope: Scope): void {
    this.#scope = scope;
  }

  /** Sends those events that are new to this client and that its person may see. */
  send(events: readonly Omit<OutgoingEvent, 'event'>[]): void {
    let text = '';
    for (const event of events) {
      if (event.seq <= this.seq) continue;
      this.seq = event.seq;
      if (this.#maySee(event)) text += event.text;
    }
    if (text) this.write(text);
  }

  /** Says that too much was missed: the console reads everything again and goes on from `seq`. */
  reset(seq: number): void {
    this.seq = seq;
    this.write(`id: ${seq}\nevent: reset\ndata: {}\n\n`);
  }

  /** Says what is wrong with Tocsin itself. It has no id: a connection goes on from the last line of the feed. */
  system(data: SystemNow): void {
    const event: FeedEvent = { seq: this.seq, kind: 'system', ref: 'system', gridId: null, data };
    this.write(`data: ${JSON.stringify(event)}\n\n`);
  }

  write(text: string): void {
    if (!this.isOpen) return;
    this.#response.write(text);
    if (this.#response.writableLength > mostWaiting) this.#response.destroy();
  }

  close(): void {
    this.#response.end();
  }

  #maySee(event: Omit<OutgoingEvent, 'event'>): boolean {
    if (event.personId !== null) return event.personId === this.#personId;
    return isVisible(this.#scope, event.gridId);
  }
}
