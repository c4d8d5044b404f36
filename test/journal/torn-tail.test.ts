import { cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openJournalReader } from '../../src/journal/reader.ts';
import { segmentPath } from '../../src/journal/segments.ts';
import { openJournalWriter } from '../../src/journal/writer.ts';
import { appendAll, plain, readAll, someEntry } from './entries.ts';

const GOOD = 7;
let dir: string;
let original: string;
let lastRecordAt: number;
let size: number;
let warnings: { position: number }[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tocsin-torn-'));
  original = join(dir, 'original');
  const writer = await openJournal(original);
  await appendAll(
    writer,
    [...Array(GOOD).keys()].map((index) => someEntry(index)),
  );
  lastRecordAt = (await readFile(segment(original))).length;
  await appendAll(writer, [someEntry(GOOD)]);
  await writer.close();
  size = (await readFile(segment(original))).length;
});

afterEach(() => rm(dir, { recursive: true }));

test('a tail cut at any byte of the last record costs that record alone', async () => {
  expect(size - lastRecordAt).toBeGreaterThan(20);
  for (let length = lastRecordAt; length < size; length += length < lastRecordAt + 60 ? 1 : 7) {
    await damaged(async (path) => truncate(path, length), length > lastRecordAt);
  }
});

test('a changed byte anywhere in the last record costs that record alone', async () => {
  for (let position = lastRecordAt; position < size; position += position < lastRecordAt + 60 ? 1 : 7) {
    await damaged(async (path) => {
      const bytes = await readFile(path);
      bytes[position]! ^= 0x41;
      await writeFile(path, bytes);
    }, true);
  }
});

test('zeros behind the last record, as a power cut may leave them, are no entries', async () => {
  await damaged(async (path) => {
    const bytes = await readFile(path);
    await writeFile(path, Buffer.concat([bytes.subarray(0, lastRecordAt), Buffer.alloc(4096)]));
  }, true);
});

test('what is cut off is set aside', async () => {
  const copy = join(dir, 'copy');
  await cp(original, copy, { recursive: true });
  await truncate(segment(copy), size - 1);
  await (await openJournal(copy)).close();
  const whole = await readFile(segment(original));
  const aside = () => readFile(`${segment(copy)}.${lastRecordAt}.torn`);
  expect(await aside()).toEqual(whole.subarray(lastRecordAt, size - 1));

  // The next one does not take its place.
  const writer = await openJournal(copy);
  await appendAll(writer, [someEntry(1), someEntry(2)]);
  await writer.close();
  await truncate(segment(copy), (await readFile(segment(copy))).length - 1);
  await (await openJournal(copy)).close();
  expect(await aside()).toEqual(whole.subarray(lastRecordAt, size - 1));
});

test('a second writer is refused while the first one has the journal', async () => {
  const writer = await openJournal(original);
  await expect(openJournal(original)).rejects.toMatchObject({ code: 'JOURNAL_LOCKED' });
  await writer.close();
  await (await openJournal(original)).close();
});

/** Damages a copy of the journal, opens it, and expects all but the last entry, then appends go on. */
async function damaged(damage: (segmentPath: string) => Promise<void>, warned: boolean): Promise<void> {
  const copy = await mkdtemp(join(dir, 'copy-'));
  await cp(original, copy, { recursive: true });
  await damage(segment(copy));
  const writer = await openJournal(copy);
  expect(writer.end(0)).toBe(GOOD);
  expect(warnings.length).toBe(warned ? 1 : 0);
  if (warned) expect(warnings[0]!.position).toBe(lastRecordAt);
  expect(await appendAll(writer, [someEntry(8)])).toEqual([GOOD]);
  const reader = await openJournalReader({ dir: copy, partition: 0, progress: writer.progress });
  const expected = [0, 1, 2, 3, 4, 5, 6, 8].map((index) => plain(someEntry(index)));
  expect((await readAll(reader, 0, GOOD + 1)).map((one) => plain(one.entry))).toEqual(expected);
  await reader.close();
  await writer.close();
}

function openJournal(path: string, segmentBytes = 1_000_000) {
  warnings = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => warnings.push(JSON.parse(line)) });
  return openJournalWriter({ dir: path, segmentBytes, keepMs: 0, log });
}

function segment(path: string): string {
  return segmentPath(join(path, 'p0'), 0);
}
