import { mkdir } from 'node:fs/promises';
import { type Clock, systemClock } from '../shared/clock.ts';
import type { Logger } from '../shared/logger.ts';
import { type Disk, fileDisk } from './disk.ts';
import { lockJournal } from './lock.ts';
import { embeddedPartitions } from './partition-of.ts';
import { PartitionWriter } from './partition-writer.ts';
import type { JournalWriter } from './port.ts';
import { Progress } from './progress.ts';
import { recoverPartition } from './recover.ts';
import { ensurePartitionDir } from './segments.ts';

export interface JournalWriterOptions {
  /** Folder of the journal; made when it is missing. */
  dir: string;
  segmentBytes: number;
  /** How long entries are kept after every consumer has read them, milliseconds. */
  keepMs: number;
  log: Logger;
  clock?: Clock;
  disk?: Disk;
}

/** The writer of the embedded engine, and what its readers need to be told where the journal ends. */
export type EmbeddedJournalWriter = JournalWriter & { progress: SharedArrayBuffer };

/**
 * Opens the embedded journal for writing, after cutting off what a crash left half written.
 * @throws TocsinError JOURNAL_LOCKED when another process has it open.
 */
export async function openJournalWriter(options: JournalWriterOptions): Promise<EmbeddedJournalWriter> {
  const { dir, clock = systemClock, disk = fileDisk } = options;
  const log = options.log.child({ room: 'journal' });
  await mkdir(dir, { recursive: true });
  const unlock = lockJournal(dir);
  try {
    const progress = Progress.allocate(embeddedPartitions);
    const partitions: PartitionWriter[] = [];
    for (let partition = 0; partition < embeddedPartitions; partition++) {
      const partitionDir = await ensurePartitionDir(dir, partition);
      const recovered = await recoverPartition(partitionDir, log);
      const { segmentBytes, keepMs } = options;
      const parts = { dir: partitionDir, segmentBytes, keepMs, clock, log, disk };
      partitions.push(new PartitionWriter({ ...parts, progress: new Progress(progress, partition) }, recovered));
    }
    return new JournalOfPartitions(partitions, progress, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

class JournalOfPartitions implements EmbeddedJournalWriter {
  readonly progress: SharedArrayBuffer;
  readonly #partitions: PartitionWriter[];
  readonly #unlock: () => void;

  constructor(partitions: PartitionWriter[], progress: SharedArrayBuffer, unlock: () => void) {
    this.#partitions = partitions;
    this.progress = progress;
    this.#unlock = unlock;
  }

  get partitions(): number {
    return this.#partitions.length;
  }

  append: JournalWriter['append'] = (partition, entry, done) => this.#partitions[partition]!.append(entry, done);

  end(partition: number): number {
    return this.#partitions[partition]!.end;
  }

  trim(partition: number, offset: number): Promise<number> {
    return this.#partitions[partition]!.trim(offset);
  }

  async close(): Promise<void> {
    await Promise.all(this.#partitions.map((partition) => partition.close()));
    this.#unlock();
  }
}
