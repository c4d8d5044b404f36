import { statfs } from 'node:fs/promises';
import type { Registry } from 'prom-client';
import type { SystemTrouble } from '../model/system-alarm.ts';
import type { Clock } from '../shared/clock.ts';
import type { Logger } from '../shared/logger.ts';
import { Repeating } from '../shared/repeating.ts';
import { unhurriedClock } from '../shared/unhurried-clock.ts';
import { Consumers } from './consumers.ts';
import type { Disk } from './disk.ts';
import { JournalMetrics, type JournalNumbers } from './metrics.ts';
import { oldestTime } from './oldest-time.ts';
import { PartitionWriter } from './partition-writer.ts';
import type { JournalWriter } from './port.ts';
import type { Progress } from './progress.ts';
import { Rate } from './rate.ts';
import type { Recovered } from './recover.ts';
import { meansNoSpace, type Reserve } from './reserve.ts';
import { bytesLeft, givesUpWindow, keptFree, type SpaceFacts, type SpaceState, spaceState } from './space.ts';

/** How often the space is looked at. A disk can fill up within seconds, and looking costs next to nothing. */
const LOOK_MS = 1_000;
/** For so long after it was met damage is told. */
const DAMAGE_TOLD_MS = 24 * 3_600_000;

export interface EmbeddedJournalParts {
  dir: string;
  budgetBytes: number;
  segmentBytes: number;
  keepMs: number;
  patienceMs: number;
  consumers: readonly string[];
  reserve: Reserve;
  clock: Clock;
  steady: Clock;
  disk: Disk;
  log: Logger;
  unlock: () => void;
}

interface Partition {
  writer: PartitionWriter;
  consumers: Consumers;
  progress: Progress;
}

/** The embedded engine: its partitions, and the space that they share. */
export class EmbeddedJournal implements JournalWriter {
  readonly progress: SharedArrayBuffer;
  readonly registry: Registry;
  readonly #parts: EmbeddedJournalParts;
  readonly #partitions: Partition[];
  readonly #metrics: JournalMetrics;
  readonly #rate = new Rate();
  readonly #looking: Repeating;
  /** What retention goes by. */
  readonly #ages: Clock;
  #facts: SpaceFacts = { used: 0, backlog: 0, free: 0, total: 0, reserved: true };
  #space: SpaceState = 'ample';
  /** Why the disk does not take what is written; null when it does. */
  #failure: string | null = null;
  #windowShort = false;
  #lastLook: Promise<unknown> = Promise.resolve();
  /** When the oldest entry came in, milliseconds since the epoch; null without entries. */
  #oldestAt: number | null = null;
  /** Damaged entries that have been noticed, and when the last of them were. */
  #lost = { entries: 0, at: Number.NEGATIVE_INFINITY };

  static async open(
    parts: EmbeddedJournalParts,
    recovered: readonly { dir: string; recovered: Recovered; progress: Progress }[],
    progress: SharedArrayBuffer,
  ): Promise<EmbeddedJournal> {
    const journal = new EmbeddedJournal(parts, recovered, progress);
    await journal.trim();
    return journal;
  }

  private constructor(
    parts: EmbeddedJournalParts,
    recovered: readonly { dir: string; recovered: Recovered; progress: Progress }[],
    progress: SharedArrayBuffer,
  ) {
    this.#parts = parts;
    this.progress = progress;
    this.#ages = unhurriedClock(parts.clock, parts.steady);
    this.#metrics = new JournalMetrics(() => this.#numbers());
    this.registry = this.#metrics.registry;
    const { segmentBytes, patienceMs, clock, disk, log } = parts;
    const common = { segmentBytes, patienceMs, clock, disk, log };
    this.#partitions = recovered.map((one) => ({
      writer: new PartitionWriter(
        {
          ...common,
          dir: one.dir,
          progress: one.progress,
          onFailure: (cause) => this.#failed(cause),
          onSync: (seconds) => this.#metrics.synced(seconds),
        },
        one.recovered,
      ),
      consumers: new Consumers(parts.consumers),
      progress: one.progress,
    }));
    this.#looking = new Repeating('looking after the space of the journal', LOOK_MS, log, () => this.trim());
  }

  get partitions(): number {
    return this.#partitions.length;
  }

  append: JournalWriter['append'] = (partition, entry, done, urgent = false) =>
    this.#partitions[partition]!.writer.append(entry, done, urgent);

  start(partition: number): number {
    return this.#partitions[partition]!.progress.start;
  }

  end(partition: number): number {
    return this.#partitions[partition]!.writer.end;
  }

  miss(partition: number, from: number, to: number): void {
    this.#partitions[partition]!.progress.lose(from, to);
    this.#noteLost();
  }

  release(partition: number, consumer: string, offset: number): void {
    this.#partitions[partition]!.consumers.release(consumer, offset);
  }

  /** Looks how it stands, frees what may go, and lets ordinary entries wait when space is used up. */
  trim(): Promise<number> {
    // One after the other: each decides by what it has measured.
    const look = this.#lastLook.then(() => this.#look());
    this.#lastLook = look.catch(() => {});
    return look;
  }

  async #forget(): Promise<number> {
    const { keepMs, budgetBytes, log } = this.#parts;
    const old = this.#ages.now() - keepMs;
    let freed = 0;
    let early = 0;
    for (const { writer, consumers } of this.#partitions) {
      freed += await writer.trim(({ closedAt, bytes }, end, freedHere) => {
        if (end > consumers.released) return false;
        if (closedAt <= old) return true;
        const { used, free } = this.#facts;
        const gone = freed + freedHere;
        const now = { ...this.#facts, used: used - gone, free: free + gone };
        if (!givesUpWindow(now, budgetBytes)) return false;
        early += bytes;
        return true;
      });
    }
    if (early > 0 && !this.#windowShort)
      log.warn({ bytes: early }, 'journal: space is short, what everyone has read goes before its time');
    if (freed > 0) this.#windowShort = early > 0;
    return freed;
  }

  troubles(): SystemTrouble[] {
    const { used, backlog, free } = this.#facts;
    const { budgetBytes } = this.#parts;
    const troubles: SystemTrouble[] = [];
    if (this.#failure !== null) {
      troubles.push({ code: 'JOURNAL_UNAVAILABLE', severity: 'red', detail: { reason: this.#failure } });
    }
    const space = { usedBytes: used, backlogBytes: backlog, maxBytes: budgetBytes, freeBytes: free };
    const slowest = this.#partitions.map(({ consumers }) => consumers.slowest).find((name) => name !== null) ?? '';
    if (this.#space === 'full') {
      const { waiting } = this.#numbers();
      const detail = { ...space, slowest, waitingEntries: waiting };
      troubles.push({ code: 'JOURNAL_SPACE_FULL', severity: 'red', detail });
    }
    if (this.#space === 'low') {
      const perMs = this.#rate.perSecond / 1000;
      const lastsMs = perMs > 0 ? Math.round(bytesLeft(this.#facts, budgetBytes) / perMs) : Number.POSITIVE_INFINITY;
      const detail = { ...space, slowest, ...(Number.isFinite(lastsMs) && { lastsMs }) };
      troubles.push({ code: 'JOURNAL_SPACE_LOW', severity: 'orange', detail });
    }
    if (this.#parts.clock.now() - this.#lost.at < DAMAGE_TOLD_MS) {
      const { from, to, entries } = this.#partitions
        .map(({ progress }) => progress.lost)
        .find((one) => one.entries > 0)!;
      troubles.push({ code: 'JOURNAL_DAMAGED', severity: 'orange', detail: { from, to: to - 1, entries } });
    }
    return troubles;
  }

  async close(): Promise<void> {
    await this.#looking.stop();
    await this.#lastLook;
    await this.#parts.reserve.close();
    await Promise.all(this.#partitions.map(({ writer }) => writer.close()));
    this.#parts.unlock();
  }

  async #look(): Promise<number> {
    this.#facts = await this.#measure();
    this.#makeReserve();
    const freed = await this.#forget();
    if (freed > 0) this.#facts = await this.#measure();
    const space = spaceState(
      { ...this.#facts, reserved: !this.#parts.reserve.lost },
      this.#parts.budgetBytes,
      this.#space,
    );
    if (space !== this.#space) this.#tell(space);
    this.#space = space;
    const written = this.#partitions.reduce((sum, { writer }) => sum + writer.written, 0);
    this.#rate.note(written, performance.now());
    this.#oldestAt = await oldestTime(this.#partitions.map(({ writer }) => writer.oldestPath));
    this.#noteLost();
    for (const { writer } of this.#partitions) {
      writer.hold(space === 'full');
      writer.expire();
    }
    return freed;
  }

  #noteLost(): void {
    const lost = this.#partitions.reduce((sum, { progress }) => sum + progress.lost.entries, 0);
    if (lost > this.#lost.entries) this.#lost = { entries: lost, at: this.#parts.clock.now() };
  }

  async #measure(): Promise<SpaceFacts> {
    const { bsize, bavail, blocks } = await statfs(this.#parts.dir);
    let used = 0;
    let backlog = 0;
    for (const { writer, consumers } of this.#partitions) {
      const { segments } = writer;
      for (const [i, { bytes }] of segments.entries()) {
        used += bytes;
        const end = segments[i + 1]?.base ?? Number.POSITIVE_INFINITY;
        if (end > consumers.released) backlog += bytes;
      }
    }
    return { used, backlog, free: bsize * bavail, total: bsize * blocks, reserved: !this.#parts.reserve.lost };
  }

  /** Not before there is room for more than the reserve: it would be gone again at once. */
  #makeReserve(): void {
    const { reserve } = this.#parts;
    const { free, total } = this.#facts;
    if (this.#failure === null && free > keptFree(total) + reserve.bytes) reserve.make();
  }

  #failed(cause: NodeJS.ErrnoException | null): void {
    const { log, dir, reserve } = this.#parts;
    if (cause === null) {
      this.#failure = null;
      log.info('journal: writing again');
      return;
    }
    if (this.#failure === null)
      log.error({ err: cause, dir }, 'journal: cannot write; devices wait for their acknowledgements');
    this.#failure = cause.message;
    if (!meansNoSpace(cause) || reserve.lost || reserve.bytes === 0) return;
    log.error({ bytes: reserve.bytes }, 'journal: the disk is full; the reserve is given up');
    for (const { writer } of this.#partitions) writer.hold(true);
    reserve.giveUp().then(
      () => this.#looking.now(),
      (error) => log.error({ err: error }, 'journal: the reserve could not be given up'),
    );
  }

  #tell(space: SpaceState): void {
    const { log } = this.#parts;
    const { used, backlog, free } = this.#facts;
    const facts = { used, backlog, free, budget: this.#parts.budgetBytes };
    if (space === 'full') log.error(facts, 'journal: space is used up; only urgent messages are taken, others wait');
    else if (space === 'low') log.warn(facts, 'journal: space runs short');
    else log.info(facts, 'journal: space is ample again');
  }

  #numbers(): JournalNumbers {
    const { used, backlog } = this.#facts;
    const writers = this.#partitions.map(({ writer }) => writer);
    return {
      used,
      backlog,
      budget: this.#parts.budgetBytes,
      segments: writers.reduce((sum, writer) => sum + writer.segments.length, 0),
      oldestSeconds: this.#oldestAt === null ? 0 : (this.#parts.clock.now() - this.#oldestAt) / 1000,
      waiting: writers.reduce((sum, writer) => sum + writer.waitingForSpace, 0),
      lost: this.#lost.entries,
    };
  }
}
