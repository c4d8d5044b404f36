import { expect, test } from 'vitest';
import { crash } from './harness.ts';

test('kill -9 under load: every acknowledged reading is kept, alarms are neither lost nor doubled', async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const report = await crash({ rounds: 4, seed });
  expect(report.problems, `seed ${seed}`).toEqual([]);
  // Otherwise it would have shown nothing.
  expect(report.acknowledged).toBeGreaterThan(2_000);
  expect(report.alarms).toBeGreaterThan(10);
}, 600_000);
