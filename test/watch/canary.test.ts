import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { steadyClock, systemClock } from '../../src/shared/clock.ts';
import { createLogger } from '../../src/shared/logger.ts';
import { Canary, type CanaryParts } from '../../src/watch/canary/canary.ts';
import { canaryConnect } from '../../src/watch/canary/connect.ts';
import type { CanaryNews } from '../../src/watch/canary/flight.ts';

const waiting = { timeout: 10_000 };

/** A canary whose readings become alarms as long as `works` says so. */
function canaryWith(parts: Partial<CanaryParts> = {}) {
  const works = { alarms: true, notifies: true };
  const published: number[] = [];
  let hear: (news: CanaryNews) => void = () => {};
  const canary = new Canary({
    everyMs: 200,
    withinMs: 100,
    connect: async () => ({
      publish: async (beat) => {
        published.push(beat);
        if (!works.alarms) return;
        setTimeout(() => {
          hear({ active: beat > 0, beat });
          if (beat > 0 && works.notifies) canary.notified(beat);
        }, 1);
      },
      close: () => {},
    }),
    listen: async (onNews) => {
      hear = onNews;
      return () => {};
    },
    clock: systemClock,
    steady: steadyClock,
    log: createLogger('silent'),
    ...parts,
  });
  const looking = setInterval(() => canary.look(true), 5);
  onTestFinished(async () => {
    clearInterval(looking);
    await canary.stop();
  });
  return { canary, works, published };
}

test('comes through again and again; says where it is stuck when it does not, and is well again afterwards', async () => {
  const { canary, works, published } = canaryWith();
  expect(canary.status()).toMatchObject({ state: 'waiting', lastAt: null });
  await vi.waitFor(() => expect(canary.status().state).toBe('well'), waiting);
  expect(canary.troubles()).toEqual([]);
  // What an earlier run may have left is cleared first, each one afterwards.
  expect(published.slice(0, 3)).toEqual([0, expect.any(Number), 0]);

  works.notifies = false;
  const stuck = { withinMs: 100, passed: 'connected durable alarmed', missing: 'notified' };
  await vi.waitFor(
    () => expect(canary.troubles()).toEqual([{ code: 'CANARY_LATE', severity: 'red', detail: stuck }]),
    waiting,
  );
  works.alarms = false;
  await vi.waitFor(() => expect(canary.status().late!.passed).toEqual(['connected', 'durable']), waiting);
  works.alarms = true;
  works.notifies = true;
  await vi.waitFor(() => expect(canary.troubles()).toEqual([]), waiting);
  expect(canary.status().state).toBe('well');
  const beats = published.filter((beat) => beat > 0);
  expect(new Set(beats).size).toBe(beats.length);
});

test('a listener that takes connections and says nothing, and one that is not there, are told as such', async () => {
  const sockets = new Set<Socket>();
  const deaf = createServer((socket) => void sockets.add(socket));
  await new Promise<void>((resolve) => deaf.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    deaf.close();
  });
  const { port } = deaf.address() as AddressInfo;
  const { canary } = canaryWith({ connect: canaryConnect('0.0.0.0', { mqtt: port }, 'secret') });
  await vi.waitFor(() => expect(canary.troubles()).toHaveLength(1), waiting);
  expect(canary.troubles()[0]!.detail).toMatchObject({ passed: '', missing: 'connected durable alarmed notified' });
  expect(sockets.size).toBeGreaterThan(0);

  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => deaf.close(resolve));
  const { canary: refused } = canaryWith({ connect: canaryConnect('127.0.0.1', { mqtt: port }, 'secret') });
  await vi.waitFor(() => expect(refused.troubles()).toHaveLength(1), waiting);
});

test('switched off it flies nowhere and is no trouble', async () => {
  const { canary, published } = canaryWith({ everyMs: 0 });
  for (let i = 0; i < 10; i++) canary.look(true);
  expect(canary.status().state).toBe('off');
  expect(canary.troubles()).toEqual([]);
  expect(published).toEqual([]);
});
