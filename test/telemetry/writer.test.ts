import { Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { expect, onTestFinished, test } from 'vitest';
import { openJournalReader } from '../../src/journal/reader.ts';
import { openJournalWriter } from '../../src/journal/writer.ts';
import type { Frame } from '../../src/model/frame.ts';
import type { Reading } from '../../src/model/reading.ts';
import { TocsinError } from '../../src/shared/errors.ts';
import { createLogger } from '../../src/shared/logger.ts';
import { getCheckpoint, setCheckpoint } from '../../src/store/checkpoint.ts';
import { writerMetrics } from '../../src/telemetry/metrics.ts';
import type { Telemetry } from '../../src/telemetry/port.ts';
import { TelemetryWriter } from '../../src/telemetry/writer.ts';
import { tempStore } from '../store/temp-store.ts';
import { appendFrames } from '../support/append-frames.ts';
import { tempDir } from '../support/temp-dir.ts';

/** A writer on a real journal and a real store; the telemetry store fails where the test says so. */
async function setUp(frames: number, keepMs = 1000) {
  const dir = await tempDir();
  const log = createLogger('silent');
  const journal = await openJournalWriter({
    dir,
    segmentBytes: 65_536,
    keepMs,
    consumers: ['telemetry'],
    log,
    clock: { now: () => 2e12 },
  });
  const reader = await openJournalReader({ dir, partition: 0, progress: journal.progress });
  onTestFinished(async () => {
    await reader.close();
    await journal.close();
  });
  await appendFrames(journal, frames, (i) => ({ deviceId: 'gauge', payload: String(i) }));
  const { store } = await tempStore();

  const written: number[][] = [];
  /** How often each fails, and with what where it matters. */
  const failing = { prepare: 0, write: 0, save: 0, with: [] as Error[] };
  const failIf = (what: 'prepare' | 'write' | 'save') => {
    if (failing[what]-- > 0) throw failing.with.shift() ?? new Error(`${what} fails`);
  };
  const telemetry = {
    prepare: async () => failIf('prepare'),
    write: async (readings: readonly Reading[]) => {
      failIf('write');
      written.push(readings.map(({ value }) => value));
    },
  } as Telemetry;

  const logged: { level: number; msg: string }[] = [];
  const stream = new Writable({
    write: (line, _encoding, done) => {
      logged.push(JSON.parse(String(line)));
      done();
    },
  });
  const pauses: number[] = [];
  const stopping = new AbortController();
  const metrics = writerMetrics(new Registry(), () => writer.lag);
  const writer: TelemetryWriter = new TelemetryWriter({
    journal: reader,
    telemetry,
    addReadings: (frame, into) => void into.push(readingOf(frame)),
    checkpoint: {
      load: () => getCheckpoint(store, 'telemetry', 0),
      save: async (offset) => {
        failIf('save');
        await setCheckpoint(store, 'telemetry', 0, offset);
      },
    },
    metrics,
    log: pino(stream),
    // No test waits: a pause is noted, and one without a backlog is the end of the run.
    pause: async (ms) => {
      pauses.push(ms);
      await nextTurn();
      if (writer.lag === 0) stopping.abort();
    },
  });
  const run = () => writer.run(stopping.signal);
  return { journal, store, writer, run, written, failing, pauses, logged, metrics };
}

function readingOf({ deviceId, payload, receivedAt }: Frame): Reading {
  const value = Number(Buffer.from(payload).toString());
  return { deviceId, deviceType: 'flood-gauge', channel: 'level', value, measuredAt: receivedAt, receivedAt };
}

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

test('a backlog is copied in order, in batches, without a pause, and the offset is at its end', async () => {
  const { run, written, pauses, store, writer } = await setUp(10_000);
  await run();
  expect(written.flat()).toEqual(numbers(0, 10_000));
  expect(Math.max(...written.map((batch) => batch.length))).toBeLessThanOrEqual(5000);
  expect(pauses).toEqual([200]);
  expect(await getCheckpoint(store, 'telemetry', 0)).toBe(10_000);
  expect(writer).toMatchObject({ offset: 10_000, lag: 0, trouble: null });
});

test('it goes on from the stored offset', async () => {
  const { run, written, store } = await setUp(100);
  await setCheckpoint(store, 'telemetry', 0, 90);
  await run();
  expect(written.flat()).toEqual(numbers(90, 100));
});

test('while the store is away the offset stays, tries get rarer up to 5 s, and it is said once; then all is written', async () => {
  const { run, written, failing, pauses, logged, store, metrics } = await setUp(100);
  failing.prepare = 5;
  failing.write = 4;
  await run();
  expect(pauses).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000, 200]);
  expect(logged.map(({ msg }) => msg)).toEqual([
    'Readings cannot be written; they wait in the journal',
    'Readings are written again',
  ]);
  expect(written.flat()).toEqual(numbers(0, 100));
  expect(await getCheckpoint(store, 'telemetry', 0)).toBe(100);
  expect((await metrics.failures.get()).values[0]?.value).toBe(9);
});

test('a store that asks to be left alone is, up to a minute', async () => {
  const { run, written, failing, pauses } = await setUp(100);
  const asks = (retryAfterMs: number) => new TocsinError('TELEMETRY_UNAVAILABLE', 'Busy.', { retryAfterMs });
  failing.with = [asks(7000), asks(0), asks(3_600_000)];
  failing.write = 3;
  await run();
  expect(pauses).toEqual([7000, 200, 60_000, 200]);
  expect(written.flat()).toEqual(numbers(0, 100));
});

test('the offset never gets ahead of the store', async () => {
  const { run, failing, store, writer } = await setUp(100);
  failing.write = Number.POSITIVE_INFINITY;
  const running = run();
  await expect.poll(() => writer.trouble, { timeout: 20_000 }).toBe('write fails');
  const seen = await getCheckpoint(store, 'telemetry', 0);
  failing.write = 0;
  await running;
  expect(seen).toBe(0);
});

test('an offset that could not be stored makes the batch come again', async () => {
  const { run, written, failing } = await setUp(10);
  failing.save = 2;
  await run();
  expect(written.length).toBeGreaterThan(1);
  expect(new Set(written.flat())).toEqual(new Set(numbers(0, 10)));
});

test('an offset that the journal does not have, or has no longer, starts at the oldest entry', async () => {
  const behind = await setUp(10);
  await setCheckpoint(behind.store, 'telemetry', 0, 5000);
  await behind.run();
  expect(behind.written.flat()).toEqual(numbers(0, 10));
  expect(behind.logged.map(({ msg }) => msg)).toEqual([
    'The journal does not have the stored offset; reading all of it',
  ]);

  const trimmed = await setUp(0, 0);
  for (const part of [0, 1, 2, 3, 4]) {
    await appendFrames(trimmed.journal, 1000, (i) => ({ deviceId: 'gauge', payload: String(part * 1000 + i) }));
  }
  await setCheckpoint(trimmed.store, 'telemetry', 0, 1);
  // As when its space is used up.
  trimmed.journal.release(0, 'telemetry', 4500);
  expect(await trimmed.journal.trim()).toBeGreaterThan(0);
  await trimmed.run();
  const first = trimmed.written[0]![0]!;
  expect(first).toBeGreaterThan(1);
  expect(trimmed.written.flat()).toEqual(numbers(first, 5000));
  expect((await trimmed.metrics.lost.get()).values[0]?.value).toBe(first - 1);
  expect(trimmed.logged[0]?.msg).toContain('has given up entries');
});

test('ticks and refusals move the offset without a write', async () => {
  const { run, journal, written, store } = await setUp(0);
  await new Promise<void>((resolve) => journal.append(0, { kind: 'tick', at: 1e12 }, () => resolve()));
  await run();
  expect(written).toEqual([]);
  expect(await getCheckpoint(store, 'telemetry', 0)).toBe(1);
});
