import { Registry } from 'prom-client';
import { expect, test, vi } from 'vitest';
import { StageSeconds } from '../../src/shared/stage-seconds.ts';
import { Latencies } from '../../src/watch/latencies.ts';

test('says of the last five minutes how long half and nearly all took, over all threads', async () => {
  const gateway = new Registry();
  const engine = new Registry();
  const durable = new StageSeconds(gateway);
  const other = new StageSeconds(engine);
  const latencies = new Latencies([
    async () => gateway.getMetricsAsJSON(),
    async () => engine.getMetricsAsJSON(),
    async () => Promise.reject(new Error('a thread that does not answer')),
  ]);
  const of = (stage: string) => latencies.status().find((one) => one.stage === stage)!;
  expect(of('durable')).toEqual({ stage: 'durable', count: 0, p50Ms: null, p99Ms: null });

  // Long ago, and slow.
  for (let i = 0; i < 1000; i++) durable.observe('durable', 0, 4_000);
  latencies.look(0);
  await vi.waitFor(() => expect(of('durable').count).toBe(1000));

  for (let i = 0; i < 98; i++) durable.observe('durable', 0, 3);
  for (let i = 0; i < 2; i++) other.observe('durable', 0, 400);
  other.observe('judged', 0, 70_000);
  // Looks between are not taken.
  latencies.look(5_000);
  latencies.look(10_000);
  await vi.waitFor(() => expect(of('durable').count).toBe(100));
  const { p50Ms, p99Ms } = of('durable');
  expect(p50Ms).toBeGreaterThan(2);
  expect(p50Ms).toBeLessThanOrEqual(5);
  expect(p99Ms).toBeGreaterThan(200);
  expect(p99Ms).toBeLessThanOrEqual(500);
  // Beyond the largest bound nothing is known but that.
  expect(of('judged')).toMatchObject({ count: 1, p50Ms: 60_000, p99Ms: 60_000 });
});
