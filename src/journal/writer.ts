import { mkdir, statfs } from 'node:fs/promises';
import type { Registry } from 'prom-client';
import { type Clock, steadyClock, systemClock } from '../shared/clock.ts';
import type { Logger } from '../shared/logger.ts';
import { type Disk, fileDisk } from './disk.ts';
import { EmbeddedJournal } from './embedded-journal.ts';
import { lockJournal } from './lock.ts';
import { embeddedPartitions } from './partition-of.ts';
import type { JournalWriter } from './port.ts';
import { Progress } from './progress.ts';
import { recoverPartition } from './recover.ts';
import { Reserve, reservePath } from './reserve.ts';
import { ensurePartitionDir } from './segments.ts';
import { budget, fittingSegment } from './space.ts';

export interface JournalWriterOptions {
  /** Folder of the journal; made when it is missing. */
  dir: string;
  segmentBytes: number;
  /** How long entries are kept after every consumer has read them, milliseconds; less when space is short. */
  keepMs: number;
  /** Names of those who read each partition. Without any, nothing is ever trimmed. */
  consumers?: readonly string[];
  /** Bytes that the journal may take; `auto` is half of the file system. */
  maxBytes?: number | 'auto';
  /** Bytes that are kept free for the moment when the disk is full; none when left out. */
  reserveBytes?: number;
  /** How long an entry waits for a disk that does not take it, or for space, before whoever appended it is told. */
  patienceMs?: number;
  log: Logger;
  clock?: Clock;
  /** One that nobody can set. */
  steady?: Clock;
  disk?: Disk;
}

/** The writer of the embedded engine, and what its readers need to be told where the journal ends. */
export type EmbeddedJournalWriter = JournalWriter & { progress: SharedArrayBuffer; registry: Registry };

/** Shorter than the keepalive of most devices: whose message waits for the disk, its ping waits too. */
const patience = 30_000;
/** A reserve takes no more than this share of the budget. */
const RESERVE_SHARE = 1 / 8;

/**
 * Opens the embedded journal for writing, after cutting off what a crash left half written.
 * @throws TocsinError JOURNAL_LOCKED when another process has it open.
 */
export async function openJournalWriter(options: JournalWriterOptions): Promise<EmbeddedJournalWriter> {
  const { dir, clock = systemClock, steady = steadyClock, disk = fileDisk, patienceMs = patience, keepMs } = options;
  const log = options.log.child({ room: 'journal' });
  await mkdir(dir, { recursive: true });
  const unlock = lockJournal(dir);
  try {
    const { bsize, blocks } = await statfs(dir);
    const budgetBytes = budget(options.maxBytes ?? 'auto', bsize * blocks);
    const segmentBytes = fittingSegment(options.segmentBytes, budgetBytes);
    const shared = Progress.allocate(embeddedPartitions);
    const partitions = [];
    for (let partition = 0; partition < embeddedPartitions; partition++) {
      const partitionDir = await ensurePartitionDir(dir, partition);
      const recovered = await recoverPartition(partitionDir, log);
      partitions.push({ dir: partitionDir, recovered, progress: new Progress(shared, partition) });
    }
    const reserveBytes = Math.min(options.reserveBytes ?? 0, Math.floor(budgetBytes * RESERVE_SHARE));
    const reserve = new Reserve(reservePath(dir), reserveBytes);
    const { consumers = [] } = options;
    const given = { dir, budgetBytes, segmentBytes, keepMs, patienceMs, consumers, reserve };
    return await EmbeddedJournal.open({ ...given, clock, steady, disk, log, unlock }, partitions, shared);
  } catch (error) {
    unlock();
    throw error;
  }
}
