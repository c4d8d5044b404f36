import { expect, test } from 'vitest';
import { loadDeviceTypes } from '../../src/devices/registry.ts';
import type { AlarmEffect } from '../../src/model/alarm.ts';
import { compileType } from '../../src/rules/compile.ts';
import { Fold } from '../../src/rules/fold.ts';
import { rulesByType } from '../../src/rules/rules-of.ts';
import { arrivalsOf, recordOf } from './disturbed.ts';
import { examples, readTimeline, rulesOf } from './page.ts';
import { testDevice } from './support.ts';

const { types } = loadDeviceTypes('devices');
const blocks = examples();
const boundMs = 30 * 60_000;

/**
 * The timelines of docs/rules.md that are not about silence, which goes by the time of receipt, nor about a baseline,
 * which learns what is newest when it comes and nothing that is late.
 */
const timelines = blocks.flatMap((block, i) => {
  if (block.kind !== 'timeline') return [];
  const before = blocks[i - 1]!;
  const type = types.get(before.type)!;
  const rules = rulesOf(before, type);
  if (rules.some(({ silentForMs, onGap }) => silentForMs !== null || onGap === 'fault')) return [];
  if (before.text.includes('baseline(')) return [];
  return [{ line: block.line, type, rules, steps: readTimeline(block).steps }];
});

test.each(timelines)(
  'what line $line says does not depend on order, repetition or restarts',
  ({ line, type, rules, steps }) => {
    const compiled = compileType({ ...type, rules, latenessMs: boundMs });
    const device = { ...testDevice, type: type.id };
    const newFold = () => new Fold(rulesByType(new Map([[type.id, compiled]])));
    const samples = steps.map(({ at, values }) => ({ deviceId: device.id, measuredAt: at, receivedAt: at, values }));
    const ordered: AlarmEffect[] = [];
    const fold = newFold();
    for (const sample of samples) fold.sample(device, sample, ordered);

    for (const [i, late] of [0, 0.3, 1].entries()) {
      const disturb = { seed: line * 10 + i, latestMs: boundMs - 1, late, repeated: 0.2, restarts: 0 };
      const { arrivals } = arrivalsOf(samples, disturb);
      const effects: AlarmEffect[] = [];
      let current = newFold();
      for (const sample of arrivals) {
        current.sample(device, sample, effects);
        // A restart after every sample: whatever a rule remembers must be in the checkpoint, as JSON.
        const kept = JSON.stringify([current.clock, ...current.partsOf(device.id)]);
        current = newFold();
        for (const { key, state } of JSON.parse(kept) as { key: string; state: unknown }[]) current.restore(key, state);
      }
      expect(recordOf(effects)).toBe(recordOf(ordered));
    }
  },
);
