import type { Clock } from '../../shared/clock.ts';

/** How exact it is. Answers that are due within this time go out together, which saves writes. */
const EVERY_MS = 10;

interface Waiting {
  due: number;
  give: () => void;
}

/** Does things later, those of one owner in the order in which they came. Whoever adds sees to a bound. */
export class Later<Owner> {
  readonly #steady: Clock;
  readonly #queues = new Map<Owner, Waiting[]>();
  #timer: NodeJS.Timeout | null = null;

  constructor(steady: Clock) {
    this.#steady = steady;
  }

  /** Calls `give` in `waitMs`, or once what was added before for this owner has been called. */
  add(owner: Owner, waitMs: number, give: () => void): void {
    const queue = this.#queues.get(owner);
    const waiting = { due: this.#steady.now() + waitMs, give };
    if (queue) queue.push(waiting);
    else this.#queues.set(owner, [waiting]);
    this.#timer ??= setInterval(this.#release, EVERY_MS);
  }

  #release = (): void => {
    const now = this.#steady.now();
    for (const [owner, queue] of this.#queues) {
      let due = 0;
      while (due < queue.length && queue[due]!.due <= now) due++;
      if (due === 0) continue;
      const ready = queue.splice(0, due);
      if (queue.length === 0) this.#queues.delete(owner);
      for (const { give } of ready) give();
    }
    if (this.#queues.size === 0) this.close();
  };

  /** Forgets what waits. */
  close(): void {
    this.#queues.clear();
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }
}
