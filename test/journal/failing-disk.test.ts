import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Disk, fileDisk } from '../../src/journal/disk.ts';
import type { Entry } from '../../src/journal/port.ts';
import { Progress } from '../../src/journal/progress.ts';
import { openJournalReader } from '../../src/journal/reader.ts';
import { segmentPath } from '../../src/journal/segments.ts';
import { type EmbeddedJournalWriter, openJournalWriter } from '../../src/journal/writer.ts';
import { appendAll, appendEach, never, plain, readAll, someEntry } from './entries.ts';

const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
const unavailable = { code: 'JOURNAL_UNAVAILABLE', status: 503 };
let dir: string;
let writer: EmbeddedJournalWriter;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tocsin-disk-'));
});
afterEach(async () => {
  await writer.close();
  await rm(dir, { recursive: true });
});

test('a disk that fills up half way through a write makes acknowledgements wait, loses nothing, and heals', async () => {
  let room = Number.POSITIVE_INFINITY;
  await open({
    ...fileDisk,
    write: (fd, bytes, from, length, position, done) => {
      const fits = Math.min(length, room);
      room -= fits;
      if (fits === 0) done(full, 0);
      else fileDisk.write(fd, bytes, from, fits, position, done);
    },
  });
  await appendAll(writer, [someEntry(0), someEntry(1)]);
  room = 50;
  let told = 0;
  const waiting = [2, 3, 4].flatMap((index) => appendEach(writer, [someEntry(index)]));
  for (const one of waiting) one.then(() => told++);
  await until(() => writer.troubles().length > 0);
  expect(writer.troubles()).toMatchObject([{ code: 'JOURNAL_UNAVAILABLE', severity: 'red' }]);
  // What comes meanwhile waits behind them.
  const later = appendEach(writer, [someEntry(5)]);
  expect(writer.end(0)).toBe(2);
  expect(told).toBe(0);
  room = Number.POSITIVE_INFINITY;
  expect(await Promise.all([...waiting, ...later])).toEqual([2, 3, 4, 5]);
  expect(writer.troubles()).toEqual([]);
  await expectEntries([0, 1, 2, 3, 4, 5]);
  await reopen();
  await expectEntries([0, 1, 2, 3, 4, 5]);
});

test('those who have waited too long for the disk are told, and it heals all the same', async () => {
  let failing = true;
  await open({ ...fileDisk, write: (...call) => (failing ? call[5](full, 0) : fileDisk.write(...call)) }, 1);
  const refused = [2, 3, 4].map((index) => appendAll(writer, [someEntry(index)]));
  for (const one of refused) await expect(one).rejects.toMatchObject(unavailable);
  expect(writer.end(0)).toBe(0);
  failing = false;
  expect(await appendAll(writer, [someEntry(5), someEntry(6)])).toEqual([0, 1]);
  await expectEntries([5, 6]);
});

test('a sync that fails is no acknowledgement, though the bytes were written: they are written again', async () => {
  let failing = true;
  let writes = 0;
  await open({
    ...fileDisk,
    write: (...call) => {
      writes++;
      fileDisk.write(...call);
    },
    sync: (fd, done) => (failing ? done(full) : fileDisk.sync(fd, done)),
  });
  let acknowledged = false;
  const appended = appendAll(writer, [someEntry(0)]).then(() => {
    acknowledged = true;
  });
  await until(() => writer.troubles().length > 0);
  expect(acknowledged).toBe(false);
  expect(writer.end(0)).toBe(0);
  failing = false;
  await appended;
  expect(writes).toBeGreaterThan(1);
  await reopen();
  await expectEntries([0]);
});

test('a full disk gives up the reserve, lets ordinary entries wait and takes urgent ones, until there is space', async () => {
  let free = 20_000;
  await open(
    {
      ...fileDisk,
      write: (fd, bytes, from, length, position, done) => {
        if (length > free) done(full, 0);
        else fileDisk.write(fd, bytes, from, length, position, done);
        free -= length;
      },
    },
    60_000,
    100_000,
  );
  const reserve = join(dir, 'reserve');
  while (!(await stat(reserve).catch(() => null))) await new Promise((resolve) => setTimeout(resolve, 5));
  await appendAll(writer, [someEntry(0)]);
  free = 0;
  const first = appendAll(writer, [someEntry(1)]);
  await until(() => writer.troubles().length > 0);
  free = 5_000;
  // It has the space that the reserve had.
  expect(await first).toEqual([1]);
  expect(await stat(reserve).catch(() => null)).toBeNull();
  expect(writer.troubles()).toMatchObject([{ code: 'JOURNAL_SPACE_FULL', severity: 'red' }]);
  const [waiting] = appendEach(writer, [someEntry(2)]);
  expect(await appendAll(writer, [someEntry(4)], true)).toEqual([2]);
  expect(await appendAll(writer, [tick(1)])).toEqual([3]);
  free = Number.POSITIVE_INFINITY;
  expect(await waiting).toBe(4);
  expect((await stat(reserve)).size).toBe(100_000);
  expect(writer.troubles()).toEqual([]);
});

test('what a failed write left behind is gone before the next one, though it could not be cut off at once', async () => {
  let failing = true;
  await open(
    {
      // All of it reaches the file although the call fails.
      write: (fd, bytes, from, length, position, done) =>
        fileDisk.write(fd, bytes, from, length, position, (error, written) => done(failing ? full : error, written)),
      sync: fileDisk.sync,
      truncate: (fd, length, done) => (failing ? done(full) : fileDisk.truncate(fd, length, done)),
    },
    1,
  );
  // Records of one length: the second one would stand right behind the one that is written over the first.
  await expect(appendAll(writer, [tick(1), tick(2)])).rejects.toMatchObject(unavailable);
  await expect(appendAll(writer, [tick(3)])).rejects.toMatchObject(unavailable);
  expect((await stat(segmentPath(join(dir, 'p0'), 0))).size).toBeGreaterThan(0);
  failing = false;
  expect(await appendAll(writer, [tick(4)])).toEqual([0]);
  await reopen();
  expect(writer.end(0)).toBe(1);
  const reader = await openJournalReader({ dir, partition: 0, progress: writer.progress });
  expect((await readAll(reader, 0, 1)).map((one) => one.entry)).toEqual([tick(4)]);
  await reader.close();
});

test('a reader that has met a write under way does not keep what was taken back', async () => {
  const held: (() => void)[] = [];
  let holding = false;
  await open({ ...fileDisk, sync: (fd, done) => (holding ? held.push(() => done(full)) : fileDisk.sync(fd, done)) }, 0);
  await appendAll(writer, [tick(1)]);
  holding = true;
  const refused = appendAll(writer, [tick(2)]);
  await until(() => held.length === 1);
  const reader = await openJournalReader({ dir, partition: 0, progress: writer.progress });
  expect((await reader.read(0, 10, 0, never)).map((one) => one.entry)).toEqual([tick(1)]);
  holding = false;
  held[0]!();
  await expect(refused).rejects.toMatchObject(unavailable);
  await appendAll(writer, [tick(3)]);
  expect((await reader.read(1, 10, 0, never)).map((one) => one.entry)).toEqual([tick(3)]);
  await reader.close();
});

test('a reader that is at the end takes the beginning of a write for no damage', async () => {
  const halves: (() => void)[] = [];
  let halving = false;
  await open({
    ...fileDisk,
    write: (fd, bytes, from, length, position, done) => {
      const now = halving ? 4 : length;
      fileDisk.write(fd, bytes, from, now, position, (error, written) => {
        if (halving) halves.push(() => done(error, written));
        else done(error, written);
      });
    },
  });
  await appendAll(writer, [tick(1), tick(2)]);
  halving = true;
  const appended = appendAll(writer, [tick(3)]);
  await until(() => halves.length === 1);
  const reader = await openJournalReader({ dir, partition: 0, progress: writer.progress });
  expect((await reader.read(0, 10, 0, never)).length).toBe(2);
  expect((await reader.read(1, 10, 0, never)).length).toBe(1);
  halving = false;
  halves[0]!();
  await appended;
  expect((await reader.read(2, 10, 0, never)).map((one) => one.entry)).toEqual([tick(3)]);
  expect(new Progress(writer.progress, 0).lost).toEqual({ from: 0, to: 0, entries: 0 });
  await reader.close();
});

test('a group is acknowledged when its sync returns, and readers see nothing before', async () => {
  const held: (() => void)[] = [];
  await open({ ...fileDisk, sync: (fd, done) => held.push(() => fileDisk.sync(fd, done)) });
  const told: number[] = [];
  writer.append(0, someEntry(0), (_, offset) => told.push(offset));
  await until(() => held.length === 1);
  // Gathers behind the held group, and becomes durable with the next sync.
  for (const index of [1, 2, 4]) writer.append(0, someEntry(index), (_, offset) => told.push(offset));
  expect(told).toEqual([]);
  expect(writer.end(0)).toBe(0);
  held.shift()!();
  await until(() => held.length === 1);
  expect(told).toEqual([0]);
  held.shift()!();
  await until(() => told.length === 4);
  expect(told).toEqual([0, 1, 2, 3]);
  expect(held).toEqual([]);
});

test('when too much waits for the disk, more is refused at once instead of filling memory', async () => {
  const held: (() => void)[] = [];
  let holding = true;
  await open({
    ...fileDisk,
    sync: (fd, done) => (holding ? held.push(() => fileDisk.sync(fd, done)) : fileDisk.sync(fd, done)),
  });
  const payload = new Uint8Array(16 * 1024 * 1024);
  let accepted = 0;
  let refused: unknown = null;
  const frame = { deviceId: 'a', topic: 'tocsin/v1/a/up', via: 'mqtt', receivedAt: 1, payload } as const;
  for (let index = 0; index < 8 && refused === null; index++) {
    writer.append(0, { kind: 'frame', frame }, (error) => {
      if (error) refused = error;
      else accepted++;
    });
  }
  expect(refused).toMatchObject(unavailable);
  await until(() => held.length === 1);
  holding = false;
  held[0]!();
  await until(() => accepted > 0);
  expect(accepted).toBeLessThanOrEqual(5);
  expect(await appendAll(writer, [someEntry(0)])).toEqual([accepted]);
});

test('closing does not wait for a disk that does not come back', async () => {
  await open({ ...fileDisk, write: (...call) => call[5](full, 0) });
  const refused = expect(appendAll(writer, [someEntry(0)])).rejects.toMatchObject(unavailable);
  await until(() => writer.troubles().length > 0);
  await writer.close();
  await refused;
});

function tick(at: number): Entry {
  return { kind: 'tick', at };
}

async function open(disk: Disk, patienceMs = 60_000, reserveBytes = 0): Promise<void> {
  const log = pino({ level: 'silent' });
  const limits = { patienceMs, reserveBytes };
  writer = await openJournalWriter({ dir, segmentBytes: 1_000_000_000, keepMs: 0, log, disk, ...limits });
}

async function reopen(): Promise<void> {
  await writer.close();
  await open(fileDisk);
}

async function expectEntries(indexes: number[]): Promise<void> {
  expect(writer.end(0)).toBe(indexes.length);
  const reader = await openJournalReader({ dir, partition: 0, progress: writer.progress });
  const stored = await readAll(reader, 0, indexes.length);
  await reader.close();
  expect(stored.map((one) => plain(one.entry))).toEqual(indexes.map((index) => plain(someEntry(index))));
}

/** Waits until it is so, turn by turn of the event loop; the test's own limit ends it otherwise. */
async function until(so: () => boolean): Promise<void> {
  while (!so()) await new Promise((resolve) => setImmediate(resolve));
}
