import type { Appended, Entry, JournalAppender, JournalWriter } from '../../journal/port.ts';
import { Progress } from '../../journal/progress.ts';
import type { SystemTrouble } from '../../model/system-alarm.ts';
import { type Clock, steadyClock } from '../../shared/clock.ts';
import type { Logger } from '../../shared/logger.ts';
import { MARK_MS, Pace } from './pace.ts';

/** How exactly acknowledgements follow the engine. */
const RELEASE_MS = 5;
/** Short waits are what a burst costs; a longer one is an overload that people should know of. */
const TROUBLE_MS = 5000;

export interface PacedJournalParts {
  journal: JournalWriter & { progress: SharedArrayBuffer };
  /** How far behind the engine may be before acknowledgements wait, milliseconds. */
  maxBehindMs: number;
  log: Logger;
  steady?: Clock;
}

/**
 * The journal as intakes see it: frames are written at once, but while the engine is too far behind they are
 * acknowledged at its speed.
 */
export class PacedJournal implements JournalAppender {
  readonly #journal: JournalWriter;
  readonly #partitions: { progress: Progress; pace: Pace }[] = [];
  readonly #log: Logger;
  readonly #steady: Clock;
  readonly #marking: NodeJS.Timeout;
  #releasing: NodeJS.Timeout | null = null;
  #waitingSince = 0;
  #troubled = false;

  constructor({ journal, maxBehindMs, log, steady = steadyClock }: PacedJournalParts) {
    this.#journal = journal;
    this.#log = log.child({ room: 'ingest' });
    this.#steady = steady;
    for (let partition = 0; partition < journal.partitions; partition++) {
      const progress = new Progress(journal.progress, partition);
      // Nothing has come in yet. The engine says itself where it stands, once it runs.
      progress.folded = journal.end(partition);
      const end = () => journal.end(partition);
      const pace = new Pace({ maxBehindMs, end, folded: () => progress.folded, steady });
      pace.mark();
      this.#partitions.push({ progress, pace });
    }
    this.#marking = setInterval(() => {
      for (const { pace } of this.#partitions) pace.mark();
    }, MARK_MS);
  }

  get partitions(): number {
    return this.#journal.partitions;
  }

  /** Acknowledgements that wait for the engine. */
  get waiting(): number {
    return this.#partitions.reduce((sum, { pace }) => sum + pace.size, 0);
  }

  append(partition: number, entry: Entry, done: Appended, urgent?: boolean): void {
    if (entry.kind !== 'frame') {
      this.#journal.append(partition, entry, done, urgent);
      return;
    }
    const { pace } = this.#partitions[partition]!;
    const durable: Appended = (error, offset) => {
      if (error) return done(error, offset);
      pace.pass(offset, done);
      if (pace.size > 0 && this.#releasing === null) this.#begin();
    };
    this.#journal.append(partition, entry, durable, urgent);
  }

  /** Whether devices are slowed since more comes in than can be judged. */
  troubles(): SystemTrouble[] {
    if (!this.#isLong()) return [];
    const behindEntries = this.#partitions.reduce(
      (sum, { progress }, partition) => sum + this.#journal.end(partition) - progress.folded,
      0,
    );
    return [{ code: 'OVERLOAD', severity: 'orange', detail: { behindEntries, waiting: this.waiting } }];
  }

  /** Leaves the journal open. Forgets what waits: those devices were not told that their message is stored, and send it again. */
  close(): void {
    clearInterval(this.#marking);
    if (this.#releasing) clearInterval(this.#releasing);
    this.#releasing = null;
  }

  #begin(): void {
    this.#waitingSince = this.#steady.now();
    this.#releasing = setInterval(() => this.#release(), RELEASE_MS);
  }

  #release(): void {
    for (const { pace } of this.#partitions) pace.release();
    if (!this.#troubled && this.#isLong()) {
      this.#troubled = true;
      this.#log.warn({ waiting: this.waiting }, 'more comes in than can be judged; devices are slowed');
    }
    if (this.waiting > 0) return;
    clearInterval(this.#releasing!);
    this.#releasing = null;
    if (this.#troubled) this.#log.info('devices are no longer slowed');
    this.#troubled = false;
  }

  #isLong(): boolean {
    return this.#releasing !== null && this.#steady.now() - this.#waitingSince > TROUBLE_MS;
  }
}
