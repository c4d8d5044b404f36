import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { prepareDoors } from '../../../src/ingest/door-parts.ts';
import type { DeviceLimits } from '../../../src/ingest/limits/device-limits.ts';
import type { FrameIntake } from '../../../src/ingest/limits/frame-intake.ts';
import { fileDisk } from '../../../src/journal/disk.ts';
import { type EmbeddedJournalWriter, openJournalWriter } from '../../../src/journal/writer.ts';
import { Settings } from '../../../src/settings/schema.ts';
import { band, gauge, someDevice } from '../harness.ts';

const log = pino({ level: 'silent' });

/** The disk does not answer until it is told to. */
let held: (() => void)[];
let dir: string;
let journal: EmbeddedJournalWriter;
let frames: FrameIntake;
let limits: DeviceLimits;
let now: number;

beforeEach(async () => {
  held = [];
  now = 0;
  dir = await mkdtemp(join(tmpdir(), 'tocsin-shed-'));
  const disk = {
    ...fileDisk,
    sync: (fd: number, done: (error: Error | null) => void) => void held.push(() => fileDisk.sync(fd, done)),
  };
  journal = await openJournalWriter({ dir, segmentBytes: 1e9, keepMs: 0, log, disk });
  ({ frames, limits } = await prepareDoors({
    settings: Settings.parse({ intake: { ratePerDevice: 'off' } }),
    devices: async () => [],
    journal,
    deviceTypes: new Map([gauge, band].map((type) => [type.id, type])),
    clock: { now: () => 0 },
    steady: { now: () => now },
    log,
  }));
});
afterEach(async () => {
  release();
  const timer = setInterval(release, 5);
  await journal.close();
  clearInterval(timer);
  await rm(dir, { recursive: true });
});

function release(): void {
  for (const sync of held.splice(0)) sync();
}

function sender(id: string, qos: 0 | 1, type = gauge) {
  const device = someDevice(id, type.id);
  const limit = limits.of(device);
  const counts = { answered: 0, failed: 0 };
  return {
    counts,
    send(count: number, payload = '{"level":1}') {
      for (let i = 0; i < count; i++) {
        const frame = { deviceId: id, topic: '', via: 'mqtt', receivedAt: 0, payload: Buffer.from(payload) } as const;
        frames.publish(device, limit, frame, qos, (error) => (error ? counts.failed++ : counts.answered++));
      }
    },
  };
}

/** Lets the disk answer. */
function answeredBy(one: ReturnType<typeof sender>): number {
  release();
  return one.counts.answered;
}

test('shedding begins with the busiest, spares the quiet, and ends when there is room again', async () => {
  const busy = sender('busy', 0);
  const middling = sender('middling', 0);
  const quiet = sender('quiet', 0);
  busy.send(9000);
  // A few of them already: what is shed is answered, so that its socket is read on.
  const early = busy.counts.answered;
  expect(early).toBeGreaterThan(0);
  expect(early).toBeLessThan(1000);
  middling.send(3000);
  quiet.send(50);
  expect(quiet.counts.answered).toBe(0);
  expect(middling.counts.answered).toBe(0);
  busy.send(100);
  expect(busy.counts.answered).toBe(early + 100);
  expect(frames.troubles()).toMatchObject([{ code: 'OVERLOAD', detail: { shed: early + 100 } }]);
  await expect.poll(() => answeredBy(quiet)).toBe(50);
  busy.send(10);
  await expect.poll(() => answeredBy(busy)).toBe(9110);
  now += 61_000;
  expect(frames.troubles()).toEqual([]);
});

test('when it is full all telemetry of QoS 0 is shed; QoS 1 and life safety never are', async () => {
  const senders = Array.from({ length: 5 }, (_, i) => sender(`one in flight ${i}`, 1));
  for (const one of senders) one.send(8000);
  const quiet = sender('quiet', 0);
  quiet.send(1);
  expect(quiet.counts.answered).toBe(1);
  const wristband = sender('wristband', 0, band);
  wristband.send(1, '{"sos":true}');
  wristband.send(1, '{"level":1}');
  expect(wristband.counts.answered).toBe(1);
  const end = journal.end(0);
  await expect.poll(() => answeredBy(wristband)).toBe(2);
  expect(journal.end(0) - end).toBe(5 * 8000 + 1);
  expect(senders.map(({ counts }) => counts)).toEqual(senders.map(() => ({ answered: 8000, failed: 0 })));
});

test('over HTTP an overload is a reason to come back later', () => {
  for (let i = 0; i < 5; i++) sender(`one in flight ${i}`, 1).send(8000);
  const device = someDevice('caller');
  const admit = (payload: string) => frames.admit(device, limits.of(device), Buffer.from(payload));
  expect(() => admit('{"level":1}')).toThrow(
    expect.objectContaining({ code: 'RATE_LIMITED', detail: { retryAfterS: 1 } }),
  );
});

test('devices that nobody hears of any more are forgotten', () => {
  for (let i = 0; i < 5000; i++) {
    now += 1000;
    limits.of(someDevice(`device ${i}`)).bucket?.take(now);
  }
  expect(limits.size).toBeLessThan(1100);
});
