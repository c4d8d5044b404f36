import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AlarmEffect } from '../../src/model/alarm.ts';
import type { Device } from '../../src/model/device.ts';
import type { Sample } from '../../src/model/sample.ts';
import { compileType } from '../../src/rules/compile.ts';
import { Fold } from '../../src/rules/fold.ts';
import { rulesByType } from '../../src/rules/rules-of.ts';
import { randomFrom } from '../support/random.ts';
import { arrivalsOf, disturbance, recordOf } from './disturbed.ts';
import { deviceType, testDevice } from './support.ts';

const minute = 60_000;
const boundMs = 30 * minute;
const devices = ['a', 'b', 'c', 'd'].map((id): Device => ({ ...testDevice, id }));
const deviceOf = ({ deviceId }: Sample) => devices.find(({ id }) => id === deviceId)!;

const foldOf = (when: string) => {
  const type = deviceType({ channels: { level: 'cm' }, rules: [{ name: 'r', levels: [{ severity: 'red', when }] }] });
  return new Fold(rulesByType(new Map([[type.id, compileType({ ...type, latenessMs: boundMs })]])));
};

/** Runs samples; a checkpoint begins before one of them, and its parts are written one every so many samples later. */
function run(when: string, arrivals: readonly Sample[], checkpoint: { at: number; every: number } | null): string {
  const effects: AlarmEffect[] = [];
  const first = foldOf(when);
  first.tick(0, devices, effects);
  const kept: { key: string; state: string }[] = [];
  const ahead = new Map<string, number>();
  const written = checkpoint ? checkpoint.at + checkpoint.every * devices.length : arrivals.length;
  for (const [i, sample] of arrivals.slice(0, written).entries()) {
    if (i === checkpoint?.at) kept.push({ key: first.clock.key, state: JSON.stringify(first.clock.state) });
    const slice = checkpoint ? (i - checkpoint.at) / checkpoint.every : -1;
    const device = Number.isInteger(slice) ? devices[slice] : undefined;
    if (device) {
      ahead.set(device.id, i);
      for (const { key, state } of first.partsOf(device.id)) kept.push({ key, state: JSON.stringify(state) });
    }
    first.sample(deviceOf(sample), sample, effects);
    first.tick(sample.receivedAt, devices, effects);
  }
  if (!checkpoint) return recordOf(effects);
  // All that followed up to here is in the store, and the process dies.
  const again = foldOf(when);
  for (const { key, state } of kept) again.restore(key, JSON.parse(state));
  for (const [i, sample] of arrivals.entries()) {
    if (i < checkpoint.at) continue;
    const news: AlarmEffect[] = [];
    again.isKept = (id) => i < (ahead.get(id) ?? 0);
    if (i < (ahead.get(sample.deviceId) ?? 0)) again.samplesAgain(deviceOf(sample), [sample], news);
    else again.sample(deviceOf(sample), sample, news);
    again.tick(sample.receivedAt, devices, news);
    if (i >= written) effects.push(...news);
  }
  return recordOf(effects);
}

test.each(['devices(grid, level > 12 cm) >= 2', 'level > neighbours(grid, level, 2).median + 6 cm'])(
  '%s: devices whose state was kept at different moments go on together',
  (when) => {
    const random = randomFrom(3);
    const samples = Array.from({ length: 300 }, (_, i): Sample => {
      const { id } = devices[Math.floor(random() * devices.length)]!;
      const measuredAt = i * 20_000;
      const level = Math.round(10 + 8 * Math.sin(measuredAt / 1_500_000 + id.charCodeAt(0)) + 4 * random());
      return { deviceId: id, measuredAt, receivedAt: measuredAt, values: { level } };
    });
    const ordered = run(when, samples, null);
    expect(ordered.split('\n').length).toBeGreaterThan(4);
    fc.assert(
      fc.property(
        fc.option(disturbance(boundMs), { freq: 1 }),
        fc.integer({ min: 1, max: 230 }),
        fc.integer({ min: 1, max: 12 }),
        (disturb, at, every) => {
          const arrivals = disturb ? arrivalsOf(samples, disturb).arrivals : samples;
          expect(run(when, arrivals, { at, every })).toBe(ordered);
        },
      ),
      { seed: 9, numRuns: 60, endOnFailure: true },
    );
  },
);
