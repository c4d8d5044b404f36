import { type FileHandle, stat, unlink } from 'node:fs/promises';
import type { Clock } from '../shared/clock.ts';
import { TocsinError } from '../shared/errors.ts';
import type { Logger } from '../shared/logger.ts';
import type { Disk } from './disk.ts';
import { Group } from './group.ts';
import type { Appended, Entry } from './port.ts';
import type { Progress } from './progress.ts';
import { createSegment, type Recovered } from './recover.ts';
import { segmentPath } from './segments.ts';

/** Largest sum of bytes that wait to become durable; beyond it the intake is told at once instead of filling memory. */
const PENDING_BYTES = 64 * 1024 * 1024;

export interface PartitionOptions {
  dir: string;
  /** A segment is closed once it has this many bytes; it may be longer by the group that reached it. */
  segmentBytes: number;
  /** How long a segment is kept after its last entry, milliseconds. */
  keepMs: number;
  clock: Clock;
  log: Logger;
  disk: Disk;
  progress: Progress;
}

/**
 * Appends to one partition. While one group is on its way to the disk the next one gathers, so that the number of
 * syncs follows the disk's speed and not the number of entries.
 */
export class PartitionWriter {
  readonly #options: PartitionOptions;
  readonly #segments: number[];
  #file: FileHandle;
  #size: number;
  #end: number;
  #gathering = new Group();
  #flushing: Group | null = null;
  readonly #free: Group[] = [];
  #scheduled = false;
  #closed = false;
  #failing = false;
  /** A failed write may have left bytes behind the end. */
  #dirtyTail = false;
  #whenIdle: (() => void)[] = [];

  constructor(options: PartitionOptions, recovered: Recovered) {
    this.#options = options;
    this.#segments = recovered.segments;
    this.#file = recovered.file;
    this.#size = recovered.size;
    this.#end = recovered.end;
    options.progress.start = recovered.segments[0]!;
    options.progress.end = recovered.end;
  }

  get end(): number {
    return this.#end;
  }

  append(entry: Entry, done: Appended): void {
    const gathering = this.#gathering;
    if (this.#closed) {
      done(unavailable('The journal is closed; send the message again later.'), -1);
      return;
    }
    if (gathering.length + (this.#flushing?.length ?? 0) > PENDING_BYTES) {
      done(unavailable('More is waiting for the disk than the journal may hold; send the message again later.'), -1);
      return;
    }
    try {
      gathering.add(entry, done);
    } catch (cause) {
      done(new TypeError('not an entry that the journal can hold', { cause }), -1);
      return;
    }
    // Not at once: what the sockets bring in the same turn of the event loop belongs to the same group.
    if (this.#flushing === null && !this.#scheduled) this.#schedule();
  }

  async trim(offset: number): Promise<number> {
    const { dir, keepMs, clock, progress } = this.#options;
    let freed = 0;
    // A segment ends where the next one begins, so the last one is never a candidate.
    while (this.#segments.length > 1 && this.#segments[1]! <= offset) {
      const path = segmentPath(dir, this.#segments[0]!);
      const { size, mtimeMs } = await stat(path);
      if (mtimeMs > clock.now() - keepMs) break;
      // Readers must see that it is gone before it is.
      progress.start = this.#segments[1]!;
      this.#segments.shift();
      await unlink(path);
      freed += size;
    }
    return freed;
  }

  async close(): Promise<void> {
    this.#closed = true;
    while (this.#flushing !== null || this.#scheduled) {
      await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
    }
    await this.#file.close();
  }

  #flush = (): void => {
    this.#scheduled = false;
    const group = this.#gathering;
    this.#gathering = this.#free.pop() ?? new Group();
    this.#flushing = group;
    if (this.#dirtyTail) this.#clean(group);
    else if (this.#size >= this.#options.segmentBytes) this.#roll(group);
    else this.#write(group, 0);
  };

  #write(group: Group, from: number): void {
    const { disk } = this.#options;
    disk.write(this.#file.fd, group.bytes, from, group.length - from, this.#size + from, (error, written) => {
      if (error) this.#undo(group, error);
      else if (from + written < group.length) this.#write(group, from + written);
      else disk.sync(this.#file.fd, (failed) => (failed ? this.#undo(group, failed) : this.#commit(group)));
    });
  }

  #commit(group: Group): void {
    const first = this.#end;
    this.#size += group.length;
    this.#end += group.waiting.length;
    this.#options.progress.end = this.#end;
    if (this.#failing) {
      this.#failing = false;
      this.#options.log.info('journal: writing again');
    }
    this.#finish(group, null, first);
  }

  /** Takes back what a failed write may have left, then tells everyone who waits. */
  #undo(group: Group, cause: Error): void {
    this.#options.disk.truncate(this.#file.fd, this.#size, (error) => {
      this.#dirtyTail = error !== null;
      this.#fail(group, cause);
    });
  }

  /** Before anything is written behind a tail that could not be cut off earlier. */
  #clean(group: Group): void {
    this.#options.disk.truncate(this.#file.fd, this.#size, (error) => {
      if (error) {
        this.#fail(group, error);
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
        this.#file = file;
        this.#size = 0;
        this.#segments.push(this.#end);
        full.close().catch((error) => this.#options.log.warn({ err: error }, 'journal: closing a full segment'));
        this.#write(group, 0);
      },
      (error) => this.#fail(group, error),
    );
  }

  #fail(group: Group, cause: Error): void {
    if (!this.#failing) {
      this.#failing = true;
      this.#options.log.error({ err: cause, dir: this.#options.dir }, 'journal: cannot write, nothing is acknowledged');
    }
    const error = unavailable('The message could not be stored (disk full or failing); send it again later.', cause);
    this.#finish(group, error, -1);
  }

  #finish(group: Group, error: Error | null, first: number): void {
    this.#flushing = null;
    // The next group goes to the disk while these callbacks run.
    if (error === null && this.#gathering.length > 0) this.#flush();
    for (let index = 0; index < group.waiting.length; index++) {
      try {
        group.waiting[index]!(error, error === null ? first + index : -1);
      } catch (thrown) {
        this.#options.log.error({ err: thrown }, 'journal: whoever appended threw when told');
      }
    }
    group.clear();
    this.#free.push(group);
    if (this.#flushing !== null || this.#scheduled) return;
    if (this.#gathering.length > 0) {
      this.#schedule();
      return;
    }
    const idle = this.#whenIdle;
    this.#whenIdle = [];
    for (const resolve of idle) resolve();
  }

  #schedule(): void {
    this.#scheduled = true;
    setImmediate(this.#flush);
  }
}

function unavailable(message: string, cause?: Error): TocsinError {
  return Object.assign(new TocsinError('JOURNAL_UNAVAILABLE', message), { cause });
}
