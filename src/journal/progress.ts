/** 64-bit cells of a partition, and which is which. */
const CELLS = 8;
const START = 0;
const END = 1;
/** Readers that wait for the end to move. */
const WAITING = 2;
const SALT = 3;
/** The damage that was met last: its range, and how many entries are known to be damaged in all. */
const LOST_FROM = 4;
const LOST_TO = 5;
const LOST_ENTRIES = 6;
const FOLDED = 7;

/**
 * What the writer tells readers in other threads: where a partition begins and ends. Lives in a SharedArrayBuffer.
 */
export class Progress {
  readonly #cells: BigInt64Array<SharedArrayBuffer>;
  readonly #at: number;

  constructor(shared: SharedArrayBuffer, partition: number) {
    this.#cells = new BigInt64Array(shared);
    this.#at = partition * CELLS;
  }

  static allocate(partitions: number): SharedArrayBuffer {
    return new SharedArrayBuffer(partitions * CELLS * BigInt64Array.BYTES_PER_ELEMENT);
  }

  /** Oldest offset still kept. */
  get start(): number {
    return Number(Atomics.load(this.#cells, this.#at + START));
  }

  set start(offset: number) {
    Atomics.store(this.#cells, this.#at + START, BigInt(offset));
  }

  /** Offset after the last durable entry. */
  get end(): number {
    return Number(Atomics.load(this.#cells, this.#at + END));
  }

  /**
   * Moves the end and wakes every reader that waits for it. Waking is a call of the system, which a reader that is busy
   * with what is there already does not need; one that begins to wait looks at the end once more, so none sleeps on.
   */
  set end(offset: number) {
    Atomics.store(this.#cells, this.#at + END, BigInt(offset));
    if (Atomics.load(this.#cells, this.#at + WAITING) > 0n) Atomics.notify(this.#cells, this.#at + END);
  }

  /** Everything below has been judged; told by the engine, so that the intake can see how far behind it is. */
  get folded(): number {
    return Number(Atomics.load(this.#cells, this.#at + FOLDED));
  }

  set folded(offset: number) {
    Atomics.store(this.#cells, this.#at + FOLDED, BigInt(offset));
  }

  /** What the marks of this partition have in common. */
  get salt(): number {
    return Number(Atomics.load(this.#cells, this.#at + SALT));
  }

  set salt(salt: number) {
    Atomics.store(this.#cells, this.#at + SALT, BigInt(salt));
  }

  /** Damage as far as anyone has met it since the start. */
  get lost(): { from: number; to: number; entries: number } {
    const [from, to, entries] = [LOST_FROM, LOST_TO, LOST_ENTRIES].map((cell) =>
      Number(Atomics.load(this.#cells, this.#at + cell)),
    ) as [number, number, number];
    return { from, to, entries };
  }

  /** Notes damaged entries. Each consumer meets them, in the order of offsets; they are counted once. */
  lose(from: number, to: number): void {
    const known = Number(Atomics.load(this.#cells, this.#at + LOST_TO));
    if (to <= known) return;
    Atomics.store(this.#cells, this.#at + LOST_FROM, BigInt(from));
    Atomics.store(this.#cells, this.#at + LOST_TO, BigInt(to));
    Atomics.add(this.#cells, this.#at + LOST_ENTRIES, BigInt(to - Math.max(from, known)));
  }

  /** Resolves when the end is no longer `end`, `signal` aborts or `waitMs` have passed. */
  async waitBeyond(end: number, waitMs: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || waitMs <= 0) return;
    Atomics.add(this.#cells, this.#at + WAITING, 1n);
    try {
      await this.#wait(end, waitMs, signal);
    } finally {
      Atomics.sub(this.#cells, this.#at + WAITING, 1n);
    }
  }

  async #wait(end: number, waitMs: number, signal: AbortSignal): Promise<void> {
    const wait = Atomics.waitAsync(this.#cells, this.#at + END, BigInt(end), waitMs);
    if (!wait.async) return;
    let stop = () => {};
    const stopped = new Promise<void>((resolve) => {
      stop = resolve;
    });
    // A pending waitAsync does not keep a thread alive; this timer does.
    const timer = setTimeout(stop, waitMs);
    signal.addEventListener('abort', stop, { once: true });
    try {
      await Promise.race([wait.value, stopped]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    }
  }
}
