import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Appended, Entry, JournalAppender } from '../../src/journal/port.ts';
import { openJournalReader } from '../../src/journal/reader.ts';
import { RemoteWriter } from '../../src/journal/remote-writer.ts';
import { serveRemoteWriter } from '../../src/journal/serve-remote-writer.ts';
import { type EmbeddedJournalWriter, openJournalWriter } from '../../src/journal/writer.ts';
import { TocsinError } from '../../src/shared/errors.ts';

const log = pino({ level: 'silent' });
let dir: string;
let journal: EmbeddedJournalWriter;
const sockets: Socket[] = [];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tocsin-remote-'));
  journal = await openJournalWriter({ dir, segmentBytes: 1e9, keepMs: 0, log });
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await journal.close();
  await rm(dir, { recursive: true });
});

/** Both ends of a connection. */
async function pair(): Promise<[Socket, Socket]> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(join(dir, 'socket'), resolve));
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const near = connect(join(dir, 'socket'));
  const far = await accepted;
  server.close();
  sockets.push(near, far);
  return [near, far];
}

async function remoteTo(target: JournalAppender): Promise<RemoteWriter> {
  const [near, far] = await pair();
  serveRemoteWriter(far, target);
  return new RemoteWriter(near, target.partitions);
}

function frame(text: string): Entry {
  const payload = Buffer.from(text);
  return { kind: 'frame', frame: { deviceId: 'a', topic: 'tocsin/v1/a/up', via: 'mqtt', receivedAt: 1, payload } };
}

async function payloads(): Promise<string[]> {
  const reader = await openJournalReader({ dir, partition: 0, progress: journal.progress });
  const stored = await reader.read(0, 100_000, 0, new AbortController().signal);
  await reader.close();
  return stored.map(({ entry }) => (entry.kind === 'frame' ? Buffer.from(entry.frame.payload).toString() : entry.kind));
}

function appended(writer: JournalAppender, entry: Entry): Promise<number> {
  return new Promise((resolve, reject) => {
    writer.append(0, entry, (error, offset) => (error ? reject(error) : resolve(offset)));
  });
}

test('two remote writers and the journal itself: each entry once, at the offset that was told', async () => {
  const writers = [await remoteTo(journal), journal, await remoteTo(journal)];
  const told: [number, string][] = [];
  const all: Promise<void>[] = [];
  for (let number = 0; number < 3000; number++) {
    const text = `${number} ${'x'.repeat(number % 700)}`;
    all.push(appended(writers[number % 3]!, frame(text)).then((offset) => void told.push([offset, text])));
    if (number % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(all);
  told.sort(([a], [b]) => a - b);
  expect(told.map(([offset]) => offset)).toEqual([...Array(3000).keys()]);
  expect(await payloads()).toEqual(told.map(([, text]) => text));
});

test('every kind of entry comes through, and an entry of many megabytes', async () => {
  const writer = await remoteTo(journal);
  const about = { deviceId: 'a', topic: 't', via: 'mqtt', receivedAt: 5, code: 'TOPIC_FORBIDDEN' } as const;
  const refusal = { ...about, reason: 'no', size: 3, payload: Buffer.from('abc') };
  await appended(writer, { kind: 'refused', refusal });
  await appended(writer, frame('z'.repeat(5_000_000)));
  expect((await payloads()).map((text) => text.length)).toEqual(['refused'.length, 5_000_000]);
});

test('an error of the journal arrives with its code, for the entry that it is about', async () => {
  const full = new TocsinError('JOURNAL_UNAVAILABLE', 'The disk is full.');
  const held: Appended[] = [];
  const writer = await remoteTo({ partitions: 1, append: (_partition, _entry, done) => held.push(done) });
  const results = Promise.allSettled(['a', 'b', 'c'].map((text) => appended(writer, frame(text))));
  while (held.length < 3) await new Promise((resolve) => setImmediate(resolve));
  held[1]!(full, -1);
  held[0]!(null, 7);
  held[2]!(null, 8);
  const [a, b, c] = await results;
  expect([a, c]).toEqual([
    { status: 'fulfilled', value: 7 },
    { status: 'fulfilled', value: 8 },
  ]);
  expect(b).toMatchObject({ reason: { code: 'JOURNAL_UNAVAILABLE', message: 'The disk is full.' } });
});

test('a journal that stands still is sent no more than a bound, then appending is refused at once; all goes on after', async () => {
  const held: [Entry, Appended][] = [];
  let holding = true;
  const target: JournalAppender = {
    partitions: 1,
    append: (_partition, entry, done) => (holding ? held.push([entry, done]) : done(null, 0)),
  };
  const writer = await remoteTo(target);
  const entry = frame('y'.repeat(60_000));
  const outcomes = { durable: 0, refused: 0 };
  for (let number = 0; number < 1000; number++) {
    writer.append(0, entry, (error) => (error ? outcomes.refused++ : outcomes.durable++));
    if (number % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(outcomes.refused).toBeGreaterThan(300);
  const atMost = (8 * 1024 * 1024) / 60_000 + 20;
  expect(held.length).toBeLessThan(atMost);
  holding = false;
  for (const [, done] of held) done(null, 0);
  while (outcomes.durable + outcomes.refused < 1000) await new Promise((resolve) => setImmediate(resolve));
  await expect(appended(writer, entry)).resolves.toBe(0);
});

test('bytes that are no entry close the stream and harm nothing else', async () => {
  const [near, far] = await pair();
  serveRemoteWriter(far, journal);
  near.on('error', () => {});
  near.write(Buffer.from([7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 99]));
  await new Promise((resolve) => near.once('close', resolve));
  expect(await appended(await remoteTo(journal), frame('fine'))).toBe(0);
});

test('what is urgent is urgent there too', async () => {
  const urgencies: boolean[] = [];
  const remote = await remoteTo({
    partitions: 1,
    append: (_, __, done, urgent = false) => {
      urgencies.push(urgent);
      done(null, urgencies.length - 1);
    },
  });
  const all = [true, false, true].map(
    (urgent) => new Promise((resolve) => remote.append(0, frame('x'), resolve, urgent)),
  );
  await Promise.all(all);
  expect(urgencies).toEqual([true, false, true]);
});
