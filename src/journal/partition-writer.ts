import { type FileHandle, unlink } from 'node:fs/promises';
import type { Clock } from '../shared/clock.ts';
import { TocsinError } from '../shared/errors.ts';
import type { Logger } from '../shared/logger.ts';
import type { Disk } from './disk.ts';
import { Group } from './group.ts';
import type { Appended, Entry } from './port.ts';
import type { Progress } from './progress.ts';
import { createSegment, type Recovered } from './recover.ts';
import { type SegmentFile, segmentPath } from './segments.ts';
import { WaitingRoom } from './waiting-room.ts';

/** Largest sum of bytes that wait to become durable; beyond it the intake is told at once instead of filling memory. */
const PENDING_BYTES = 64 * 1024 * 1024;
/** The same for ordinary entries: what is urgent still finds room while the disk hangs. */
const ORDINARY_PENDING_BYTES = 48 * 1024 * 1024;
/** Between two attempts to write, in milliseconds; twice as long after each. */
const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 1_000;
/** One gathers while another is on its way. */
const KEPT_GROUPS = 2;

export interface PartitionOptions {
  dir: string;
  /** A segment is closed once it has this many bytes; it may be longer by the group that reached it. */
  segmentBytes: number;
  /** How long an entry waits for a disk that does not take it, or for space, before whoever appended it is told. */
  patienceMs: number;
  clock: Clock;
  log: Logger;
  disk: Disk;
  progress: Progress;
  /** Is told of each attempt that failed, and once when writing works again (null). */
  onFailure(cause: NodeJS.ErrnoException | null): void;
  /** Is told how long each group took to become durable once it was on its way. */
  onSync(seconds: number): void;
}

/**
 * Appends to one partition. While one group is on its way to the disk the next one gathers, so that the number of
 * syncs follows the disk's speed and not the number of entries. A disk that fails is tried again with the same group:
 * connections stay, and devices wait for their acknowledgements instead of coming back as a crowd.
 */
export class PartitionWriter {
  readonly #options: PartitionOptions;
  readonly #salt: number;
  readonly #full: SegmentFile[];
  #base: number;
  #file: FileHandle;
  #size: number;
  #end: number;
  /** The latest time at which an entry came in: of the durable ones, and with those on their way. */
  #time: number;
  #timeAfter: number;
  #gathering = new Group();
  #flushing: Group | null = null;
  #attemptedAt = 0;
  /** Groups that have waited for space, to be written before what gathers now. */
  #released: Group[] = [];
  readonly #free: Group[] = [];
  readonly #waiting = new WaitingRoom();
  #holding = false;
  #scheduled = false;
  #closed = false;
  #failures = 0;
  /** A failed write may have left bytes behind the end. */
  #dirtyTail = false;
  #whenIdle: (() => void)[] = [];
  #written = 0;

  constructor(options: PartitionOptions, recovered: Recovered) {
    const { full, base, file, size, end, salt, time, lost } = recovered;
    this.#options = options;
    this.#salt = salt;
    this.#full = full;
    this.#base = base;
    this.#file = file;
    this.#size = size;
    this.#end = end;
    this.#time = time;
    this.#timeAfter = time;
    options.progress.salt = salt;
    for (const [from, to] of lost) options.progress.lose(from, to);
    options.progress.start = full[0]?.base ?? base;
    options.progress.end = end;
  }

  get end(): number {
    return this.#end;
  }

  /** Bytes written since the start. */
  get written(): number {
    return this.#written;
  }

  /** Entries that wait for space. */
  get waitingForSpace(): number {
    return this.#waiting.entries;
  }

  /** The segments, oldest first; the last one is being written to. */
  get segments(): readonly SegmentFile[] {
    return [...this.#full, { base: this.#base, bytes: this.#size, closedAt: Number.POSITIVE_INFINITY }];
  }

  get oldestPath(): string {
    return segmentPath(this.#options.dir, this.#full[0]?.base ?? this.#base);
  }

  append(entry: Entry, done: Appended, urgent: boolean): void {
    if (this.#closed) {
      done(closedError(), -1);
      return;
    }
    const first = urgent || entry.kind === 'tick' || entry.kind === 'rules' || entry.kind === 'word';
    const refused = this.#holding && !first ? this.#wait(entry, done) : this.#gather(entry, done, first);
    if (refused !== null) {
      done(refused, -1);
      return;
    }
    if (this.#holding && !first) return;
    // Not at once: what the sockets bring in the same turn of the event loop belongs to the same group.
    if (this.#flushing === null && !this.#scheduled) this.#schedule();
  }

  /** @returns why not, or null when it is in. */
  #gather(entry: Entry, done: Appended, first: boolean): Error | null {
    const gathering = this.#gathering;
    const pending = gathering.length + (this.#flushing?.length ?? 0);
    if (pending > (first ? PENDING_BYTES : ORDINARY_PENDING_BYTES)) {
      const text = 'More is waiting for the disk than the journal may hold; send the message again later.';
      return new TocsinError('JOURNAL_UNAVAILABLE', text);
    }
    if (gathering.empty) gathering.since = performance.now();
    try {
      gathering.add(entry, done);
      return null;
    } catch (cause) {
      return notAnEntry(cause);
    }
  }

  #wait(entry: Entry, done: Appended): Error | null {
    try {
      return this.#waiting.add(entry, done, performance.now()) ? null : fullError();
    } catch (cause) {
      return notAnEntry(cause);
    }
  }

  /** Lets ordinary entries wait, or no longer. */
  hold(holding: boolean): void {
    this.#holding = holding;
    if (holding) return;
    this.#released.push(...this.#waiting.take(Number.POSITIVE_INFINITY));
    if (this.#released.length > 0 && this.#flushing === null && !this.#scheduled) this.#schedule();
  }

  /** Tells those who have waited for space too long. */
  expire(): void {
    for (const group of this.#waiting.take(performance.now() - this.#options.patienceMs))
      this.#tell(group, fullError());
  }

  /** Deletes the oldest segments for as long as `free` says so; the last one stays. Returns the number of bytes freed. */
  async trim(free: (segment: SegmentFile, end: number, freed: number) => boolean): Promise<number> {
    const { dir, progress } = this.#options;
    let freed = 0;
    for (;;) {
      const oldest = this.#full[0];
      const end = this.#full[1]?.base ?? this.#base;
      if (oldest === undefined || !free(oldest, end, freed)) return freed;
      // Readers must see that it is gone before it is.
      progress.start = end;
      this.#full.shift();
      await unlink(segmentPath(dir, oldest.base)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
      freed += oldest.bytes;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const group of this.#waiting.take(Number.POSITIVE_INFINITY)) this.#tell(group, closedError());
    while (this.#flushing !== null || this.#scheduled) {
      await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
    }
    await this.#file.close();
  }

  #flush = (): void => {
    this.#scheduled = false;
    let group = this.#released.shift();
    if (group === undefined) {
      group = this.#gathering;
      this.#gathering = this.#free.pop() ?? new Group();
    }
    this.#flushing = group;
    this.#timeAfter = group.seal(this.#salt, this.#end, this.#time);
    this.#attempt(group);
  };

  #attempt(group: Group): void {
    this.#attemptedAt = performance.now();
    if (this.#dirtyTail) this.#clean(group);
    else if (this.#size >= this.#options.segmentBytes) this.#roll(group);
    else this.#write(group, 0);
  }

  #write(group: Group, from: number): void {
    const { disk } = this.#options;
    disk.write(this.#file.fd, group.bytes, from, group.length - from, this.#size + from, (error, written) => {
      if (error) this.#undo(group, error);
      else if (from + written < group.length) this.#write(group, from + written);
      else this.#sync(group);
    });
  }

  #sync(group: Group): void {
    this.#options.disk.sync(this.#file.fd, (error) => {
      if (error) {
        this.#undo(group, error);
        return;
      }
      this.#options.onSync((performance.now() - this.#attemptedAt) / 1000);
      this.#commit(group);
    });
  }

  #commit(group: Group): void {
    const first = this.#end;
    this.#size += group.length;
    this.#written += group.length;
    this.#end += group.waiting.length;
    this.#time = this.#timeAfter;
    this.#options.progress.end = this.#end;
    if (this.#failures > 0) {
      this.#failures = 0;
      this.#options.onFailure(null);
    }
    this.#finish(group, null, first);
  }

  /** Takes back what a failed write may have left. */
  #undo(group: Group, cause: Error): void {
    this.#options.disk.truncate(this.#file.fd, this.#size, (error) => {
      this.#dirtyTail = error !== null;
      this.#failed(group, cause);
    });
  }

  /** Before anything is written behind a tail that could not be cut off earlier. */
  #clean(group: Group): void {
    this.#options.disk.truncate(this.#file.fd, this.#size, (error) => {
      if (error) {
        this.#failed(group, error);
        return;
      }
      this.#dirtyTail = false;
      this.#write(group, 0);
    });
  }

  #roll(group: Group): void {
    createSegment(this.#options.dir, this.#end).then(
      (file) => {
        const full = this.#file;
        this.#full.push({ base: this.#base, bytes: this.#size, closedAt: this.#options.clock.now() });
        this.#file = file;
        this.#size = 0;
        this.#base = this.#end;
        full.close().catch((error) => this.#options.log.warn({ err: error }, 'journal: closing a full segment'));
        this.#write(group, 0);
      },
      (error) => this.#failed(group, error),
    );
  }

  /** Tries again in a while, or tells everyone who waits when it was too long. */
  #failed(group: Group, cause: Error): void {
    this.#options.onFailure(cause);
    const retryMs = Math.min(FIRST_RETRY_MS * 2 ** this.#failures, LAST_RETRY_MS);
    this.#failures++;
    if (!this.#closed && performance.now() - group.since < this.#options.patienceMs) {
      setTimeout(() => this.#attempt(group), retryMs);
      return;
    }
    const text = 'The message could not be stored (disk full or failing); send it again later.';
    this.#finish(group, Object.assign(new TocsinError('JOURNAL_UNAVAILABLE', text), { cause }), -1);
  }

  #finish(group: Group, error: Error | null, first: number): void {
    this.#flushing = null;
    // The next group goes to the disk while these callbacks run.
    if (error === null && this.#somethingToFlush) this.#flush();
    this.#tell(group, error, first);
    group.clear();
    if (this.#free.length < KEPT_GROUPS) this.#free.push(group);
    if (this.#flushing !== null || this.#scheduled) return;
    if (this.#somethingToFlush) {
      this.#schedule();
      return;
    }
    const idle = this.#whenIdle;
    this.#whenIdle = [];
    for (const resolve of idle) resolve();
  }

  get #somethingToFlush(): boolean {
    return this.#released.length > 0 || !this.#gathering.empty;
  }

  #tell(group: Group, error: Error | null, first = -1): void {
    for (let index = 0; index < group.waiting.length; index++) {
      try {
        group.waiting[index]!(error, error === null ? first + index : -1);
      } catch (thrown) {
        this.#options.log.error({ err: thrown }, 'journal: whoever appended threw when told');
      }
    }
  }

  #schedule(): void {
    this.#scheduled = true;
    setImmediate(this.#flush);
  }
}

function notAnEntry(cause: unknown): TypeError {
  return new TypeError('not an entry that the journal can hold', { cause });
}

function closedError(): TocsinError {
  return new TocsinError('JOURNAL_UNAVAILABLE', 'The journal is closed; send the message again later.');
}

function fullError(): TocsinError {
  return new TocsinError(
    'JOURNAL_FULL',
    'The space for the journal is used up, and what is left is kept for emergencies; send the message again later.',
  );
}
