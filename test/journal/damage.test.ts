import { cp, mkdtemp, open, readFile, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeBody, largestBody } from '../../src/journal/codec.ts';
import { MARK_BYTES, readMark, writeMark } from '../../src/journal/mark.ts';
import { pastDamage } from '../../src/journal/past-damage.ts';
import type { Entry } from '../../src/journal/port.ts';
import { openJournalReader } from '../../src/journal/reader.ts';
import { HEADER_BYTES, sealRecord } from '../../src/journal/record.ts';
import { listSegments, segmentPath } from '../../src/journal/segments.ts';
import { openJournalWriter } from '../../src/journal/writer.ts';
import { appendAll, never, plain, readAll, someEntry } from './entries.ts';

const silent = pino({ level: 'silent' });
/** Three groups of five in the first segment, then ten segments of one group. */
const groupSize = 5;
const count = 13 * groupSize;
let dir: string;
let original: string;
let firstSegment: Buffer;
let marks: number[];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tocsin-damage-'));
  original = join(dir, 'original');
  const big = await openJournal(original, 1_000_000);
  for (let group = 0; group < 3; group++) await appendGroup(big, group);
  await big.close();
  const small = await openJournal(original, 1);
  for (let group = 3; group < 13; group++) await appendGroup(small, group);
  await small.close();
  firstSegment = await readFile(segmentPath(join(original, 'p0'), 0));
  marks = [];
  for (let at = 0; at < firstSegment.length; at++) if (readMark(firstSegment, at)) marks.push(at);
  expect(marks.length).toBe(3);
});
afterAll(() => rm(dir, { recursive: true }));

test('whichever byte of a full segment changes, all other entries are read, at their offsets', async () => {
  const copy = await copied(2);
  const path = segmentPath(join(copy, 'p0'), 0);
  const writer = await openJournal(copy);
  const there = writer.end(0);
  const file = await open(path, 'r+');
  // Every byte of the second mark and of the first header behind it; of the rest one here and there.
  const dense = marks[1]! + MARK_BYTES + HEADER_BYTES;
  for (let position = 0; position < firstSegment.length; position++) {
    if ((position < marks[1]! || position > dense) && position % 13 > 0) continue;
    await file.write(Buffer.from([firstSegment[position]! ^ 0x41]), 0, 1, position);
    const { entries, lost } = await readPast(copy, writer.progress);
    // At most the group that the byte is in, and only the one record when its header is whole.
    expect(lost).toBeLessThanOrEqual(groupSize);
    expect(entries.length).toBe(there - lost);
    expect(lost).toBeGreaterThan(0);
    await file.write(firstSegment.subarray(position, position + 1), 0, 1, position);
  }
  expect(await readPast(copy, writer.progress)).toMatchObject({ lost: 0 });
  await file.close();
  await writer.close();
});

test('a changed body costs its entry alone, wherever reading begins', async () => {
  const copy = await copied();
  const path = segmentPath(join(copy, 'p0'), 0);
  const bytes = Buffer.from(firstSegment);
  // The body of the second record of the second group.
  const second = marks[1]! + MARK_BYTES + HEADER_BYTES + firstSegment.readUInt32LE(marks[1]! + MARK_BYTES);
  bytes[second + HEADER_BYTES + 3]! ^= 0x41;
  await writeFile(path, bytes);
  const writer = await openJournal(copy);
  for (let from = 0; from < 15; from++) {
    const reader = await openReader(copy, writer.progress);
    const damaged = groupSize + 1;
    if (from <= damaged) {
      if (from < damaged) expect((await readAll(reader, from, damaged - from)).length).toBe(damaged - from);
      await expect(reader.read(damaged, 1, 0, never)).rejects.toMatchObject({
        code: 'JOURNAL_DAMAGED',
        detail: { offset: damaged, next: damaged + 1 },
      });
    }
    const next = Math.max(from, damaged + 1);
    expect((await reader.read(next, 1, 0, never)).map(({ entry }) => plain(entry))).toEqual([plain(someEntry(next))]);
    await reader.close();
  }
  await writer.trim();
  expect(writer.troubles()).toMatchObject([
    { code: 'JOURNAL_DAMAGED', severity: 'orange', detail: { from: groupSize + 1, to: groupSize + 1, entries: 1 } },
  ]);
  await writer.close();
});

test('a missing segment, an empty one and one that was cut cost what is gone, and nothing else', async () => {
  const copy = await copied();
  const p0 = join(copy, 'p0');
  const bases = await listSegments(p0);
  await unlink(segmentPath(p0, bases[3]!));
  await truncate(segmentPath(p0, bases[5]!), 0);
  const cut = await readFile(segmentPath(p0, bases[7]!));
  await truncate(segmentPath(p0, bases[7]!), cut.length - 3);
  const writer = await openJournal(copy);
  expect(writer.end(0)).toBe(count);
  // Said at once: whoever has read these entries already does not come across the holes.
  const [from, to] = [bases[3]!, bases[6]! - 1];
  const entriesMissing = bases[4]! - bases[3]! + bases[6]! - bases[5]!;
  expect(writer.troubles()).toMatchObject([
    { code: 'JOURNAL_DAMAGED', detail: { from: bases[5], to, entries: entriesMissing } },
  ]);
  expect(from).toBeLessThan(to);
  const { entries, lost } = await readPast(copy, writer.progress);
  expect(lost).toBe(groupSize + groupSize + 1);
  expect(entries.length).toBe(count - lost);
  expect(await appendAll(writer, [someEntry(count)])).toEqual([count]);
  await writer.close();
});

test('the first segment missing is a hole like any other', async () => {
  const copy = await copied();
  await unlink(segmentPath(join(copy, 'p0'), 0));
  const writer = await openJournal(copy);
  const reader = await openReader(copy, writer.progress);
  // The journal begins where its files begin.
  expect(reader.start()).toBe(3 * groupSize);
  expect((await readAll(reader, reader.start(), 5)).length).toBe(5);
  await reader.close();
  await writer.close();
});

test('damage in the last segment with good groups behind it is kept as it is, not cut off', async () => {
  const copy = await copied(1);
  const path = segmentPath(join(copy, 'p0'), 0);
  for (const position of [2, 30, marks[0]! + MARK_BYTES, marks[1]! + 2, marks[1]! + MARK_BYTES + 12]) {
    const bytes = Buffer.from(firstSegment);
    bytes[position]! ^= 0x41;
    await writeFile(path, bytes);
    const writer = await openJournal(copy);
    expect(writer.end(0)).toBe(3 * groupSize);
    const { entries, lost } = await readPast(copy, writer.progress);
    expect(lost).toBeGreaterThan(0);
    expect(lost).toBeLessThanOrEqual(groupSize);
    expect(entries.length).toBe(3 * groupSize - lost);
    expect(await appendAll(writer, [someEntry(3 * groupSize)])).toEqual([3 * groupSize]);
    await writer.trim();
    expect(writer.troubles()).toMatchObject([{ code: 'JOURNAL_DAMAGED', detail: { entries: lost } }]);
    await writer.close();
    expect((await readFile(path)).subarray(0, bytes.length)).toEqual(bytes);
  }
});

test('in the last group what is good behind a changed body is kept', async () => {
  const copy = await copied(1);
  const path = segmentPath(join(copy, 'p0'), 0);
  const bytes = Buffer.from(firstSegment);
  bytes[marks[2]! + MARK_BYTES + HEADER_BYTES + 2]! ^= 0x41;
  await writeFile(path, bytes);
  const writer = await openJournal(copy);
  expect(writer.end(0)).toBe(3 * groupSize);
  expect(await readPast(copy, writer.progress)).toMatchObject({ lost: 1 });
  await writer.close();
});

test('a torn group keeps its whole records, and reading hops over it to what comes later', async () => {
  const copy = await copied(1);
  await truncate(segmentPath(join(copy, 'p0'), 0), firstSegment.length - 4);
  const writer = await openJournal(copy);
  const end = 3 * groupSize - 1;
  expect(writer.end(0)).toBe(end);
  expect(await appendAll(writer, [someEntry(end), someEntry(end + 1)])).toEqual([end, end + 1]);
  for (const from of [0, end - 1, end, end + 1]) {
    const reader = await openReader(copy, writer.progress);
    expect((await readAll(reader, from, 1)).map(({ entry }) => plain(entry))).toEqual([plain(someEntry(from))]);
    await reader.close();
  }
  await writer.close();
});

test('a payload that looks like a mark is never taken for one', async () => {
  const copy = join(dir, 'forged');
  const forged = Buffer.alloc(200);
  const body = forged.subarray(MARK_BYTES);
  const evil: Entry = { kind: 'tick', at: 666 };
  const end = encodeBody(evil, body, HEADER_BYTES);
  sealRecord(body, 0, end);
  writeMark(forged, 0, { salt: 0, first: 1, timeBefore: 0, count: 1, length: end });
  const frame = { deviceId: 'a', topic: 't', via: 'mqtt', receivedAt: 1, payload: forged } as const;
  const writer = await openJournal(copy);
  await appendAll(writer, [{ kind: 'frame', frame }]);
  await appendAll(writer, [someEntry(1)]);
  await appendAll(writer, [someEntry(2)]);
  await writer.close();
  const path = segmentPath(join(copy, 'p0'), 0);
  const bytes = await readFile(path);
  // Nothing tells any more where the first record ends.
  bytes.fill(0x41, 0, MARK_BYTES + HEADER_BYTES);
  await writeFile(path, bytes);
  const again = await openJournal(copy);
  const { entries, lost } = await readPast(copy, again.progress, [1, 2]);
  expect(lost).toBe(1);
  expect(entries.length).toBe(2);
  await again.close();
});

test('segments of the first Tocsin, without marks, are read, appended to and gone past where they are damaged', async () => {
  const old = (index: number): Buffer => {
    const entry = someEntry(index);
    const bytes = Buffer.alloc(HEADER_BYTES + largestBody(entry));
    const end = encodeBody(entry, bytes, HEADER_BYTES);
    sealRecord(bytes, 0, end);
    return bytes.subarray(0, end);
  };
  const copy = join(dir, 'old');
  const writer = await openJournal(copy);
  await writer.close();
  const p0 = join(copy, 'p0');
  await writeFile(segmentPath(p0, 0), Buffer.concat([0, 1, 2, 3].map(old)));
  await writeFile(segmentPath(p0, 4), Buffer.concat([4, 5, 6].map(old)));
  const again = await openJournal(copy);
  expect(again.end(0)).toBe(7);
  await appendAll(again, [someEntry(7), someEntry(8)]);
  const first = await openReader(copy, again.progress);
  expect((await readAll(first, 0, 9)).map(({ entry }) => plain(entry))).toEqual(
    [...Array(9).keys()].map((index) => plain(someEntry(index))),
  );
  expect(await first.offsetAt(1_772_323_200_000 + 6)).toBe(6);
  await first.close();
  const damaged = Buffer.concat([0, 1, 2, 3].map(old));
  damaged[old(0).length + HEADER_BYTES + 4]! ^= 0x41;
  await writeFile(segmentPath(p0, 0), damaged);
  expect(await readPast(copy, again.progress, [...Array(9).keys()])).toMatchObject({ lost: 1 });
  await again.close();
});

test('a hole at the end is gone past once something comes behind it', async () => {
  const copy = await copied(1);
  const writer = await openJournal(copy);
  await truncate(segmentPath(join(copy, 'p0'), 0), marks[2]!);
  const reader = pastDamage(await openReader(copy, writer.progress), silent);
  const from = 2 * groupSize;
  expect(await reader.read(from, 100, 0, never)).toEqual([]);
  expect(await reader.read(from, 100, 0, never)).toEqual([]);
  await reader.close();
  await writer.close();
});

async function copied(segments = Number.POSITIVE_INFINITY): Promise<string> {
  const copy = await mkdtemp(join(dir, 'copy-'));
  await cp(original, copy, { recursive: true });
  const p0 = join(copy, 'p0');
  for (const base of (await listSegments(p0)).slice(segments)) await unlink(segmentPath(p0, base));
  return copy;
}

/** Reads everything as a consumer does. Each entry must be the one of its offset. */
async function readPast(path: string, progress: SharedArrayBuffer, expected = [...Array(count).keys()]) {
  const reader = pastDamage(await openReader(path, progress), silent);
  const entries = [];
  let offset = 0;
  while (offset < reader.end()) {
    const some = await reader.read(offset, 17, 0, never);
    if (some.length === 0) break;
    for (const { offset: at, entry } of some) {
      expect(plain(entry)).toEqual(plain(someEntry(at)));
      expect(expected).toContain(at);
    }
    entries.push(...some);
    offset = some.at(-1)!.offset + 1;
  }
  const lost = reader.end() - entries.length;
  await reader.close();
  return { entries, lost };
}

function appendGroup(writer: Awaited<ReturnType<typeof openJournal>>, group: number): Promise<number[]> {
  return appendAll(
    writer,
    [...Array(groupSize).keys()].map((index) => someEntry(group * groupSize + index)),
  );
}

function openJournal(path: string, segmentBytes = 1_000_000) {
  return openJournalWriter({ dir: path, segmentBytes, keepMs: 0, log: silent });
}

function openReader(path: string, progress: SharedArrayBuffer) {
  return openJournalReader({ dir: path, partition: 0, progress });
}
