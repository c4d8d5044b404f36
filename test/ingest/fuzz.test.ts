import { expect, test } from 'vitest';
import { fuzz } from './fuzz/run.ts';

test('broken packets of every kind harm nobody: another device is served, nothing escapes, memory stays', async () => {
  const seed = Math.floor(Math.random() * 1e6);
  process.stdout.write(`fuzz: seed ${seed}\n`);
  const { before, after, good, connections } = await fuzz({ packets: 20_000, seed });
  const what = `seed ${seed}`;
  expect(after.errors, what).toEqual([]);
  expect(connections, what).toBeGreaterThan(200);
  // Among them there were good ones.
  expect(after.frames, what).toBeGreaterThan(100);
  expect(good, what).toBeGreaterThan(10);
  expect(after.heap - before.heap, what).toBeLessThan(10_000_000);
  expect(after.buffers - before.buffers, what).toBeLessThan(10_000_000);
}, 240_000);
