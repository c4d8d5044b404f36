import { crc32 } from 'node:zlib';

type Done = (error?: Error | null) => void;

/**
 * Message ids of QoS 2 that are remembered in one session until their PUBREL; client libraries have 10 to 20 at once.
 * Beyond it the oldest is forgotten: were it sent again, it would be journaled again. The other ways would be to lose a
 * message or to cut the device off.
 */
const MAX_REMEMBERED = 256;

interface Arrival {
  /** Of the payload. */
  checksum: number;
  /** Told once the message is in the journal; null when it is. */
  waiting: Done[] | null;
}

/** What came in one session with QoS 2 and has not been released: each message is journaled once, however often it is sent. */
export class Arrivals {
  readonly #arrivals = new Map<number, Arrival>();

  /** Number of messages remembered. */
  get size(): number {
    return this.#arrivals.size;
  }

  /**
   * Calls `journal`, unless this repeats a message that has not been released. `done` is called once the message is in
   * the journal, whoever brought it there, and with the error when it could not be.
   *
   * Another payload under the same id is another message: it is from a device that has forgotten where it was, and
   * must not be taken for a repetition.
   */
  once(messageId: number, payload: Uint8Array, journal: (done: Done) => void, done: Done): void {
    const checksum = crc32(payload);
    const earlier = this.#arrivals.get(messageId);
    if (earlier?.checksum === checksum) {
      if (earlier.waiting) earlier.waiting.push(done);
      else done();
      return;
    }
    const arrival: Arrival = { checksum, waiting: [done] };
    this.#remember(messageId, arrival);
    journal((error) => {
      if (error && this.#arrivals.get(messageId) === arrival) this.#arrivals.delete(messageId);
      const waiting = arrival.waiting ?? [];
      arrival.waiting = null;
      for (const tell of waiting) tell(error);
    });
  }

  /** Resolves with whether the message is remembered, not before it is in the journal or has failed to get there. */
  async settled(messageId: number): Promise<boolean> {
    const { waiting } = this.#arrivals.get(messageId) ?? {};
    if (waiting) await new Promise<void>((resolve) => waiting.push(() => resolve()));
    return this.#arrivals.has(messageId);
  }

  release(messageId: number): void {
    this.#arrivals.delete(messageId);
  }

  /** Message ids and checksums of what is in the journal, for `recall` in another process. */
  remembered(): [messageId: number, checksum: number][] {
    return [...this.#arrivals].flatMap(([id, { checksum, waiting }]) => (waiting ? [] : [[id, checksum]]));
  }

  recall(remembered: [messageId: number, checksum: number][]): void {
    for (const [id, checksum] of remembered) this.#remember(id, { checksum, waiting: null });
  }

  #remember(messageId: number, arrival: Arrival): void {
    // Anew, so that it is the last in order.
    this.#arrivals.delete(messageId);
    this.#arrivals.set(messageId, arrival);
    if (this.#arrivals.size <= MAX_REMEMBERED) return;
    const [oldest] = this.#arrivals.keys();
    this.#arrivals.delete(oldest!);
  }
}
