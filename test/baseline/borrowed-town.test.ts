import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadBehaviours } from '../../simulator/behaviour.ts';
import { SimulatedDevice } from '../../simulator/simulated-device.ts';
import { Baseline } from '../../src/baseline/baseline.ts';
import { begin, day, hour, minute } from './series.ts';

const behaviours = loadBehaviours(join(import.meta.dirname, '../../devices'));
const everyMs = 10 * minute;
/** Neighbours have learnt for two weeks when a new one comes. */
const start = begin + 14 * day;
const town = 6;

/** The score from which default rules raise an alarm, when it stays for a quarter of an hour. */
const leastScore = 0.96;

interface Fault {
  /** Hours after the start, and for how long. */
  from: number;
  until: number;
  by: number;
}

/** When a new device would have raised alarms in its first days, hours after its start. */
function alarms(baseline: Baseline, valueAt: (at: number) => number, fault: Fault | null): number[] {
  const found: number[] = [];
  let since = Number.NaN;
  for (let at = start; at < start + 3 * day; at += everyMs) {
    const hours = (at - start) / hour;
    const off = fault && hours >= fault.from && hours < fault.until ? fault.by : 0;
    const value = valueAt(at) + off;
    if ((baseline.view(at, value)?.score ?? 0) <= leastScore) since = Number.NaN;
    else if (Number.isNaN(since)) since = at;
    if (at - since >= 15 * minute) found.push(hours);
    baseline.learn(at, value, at - since >= 15 * minute);
  }
  return found;
}

test.each([
  // A fault as large as what such a channel moves on a normal day.
  ['flood-gauge', 'level', 3],
  ['kitchen-fume', 'fume', 2],
  ['elder-wristband', 'heart_rate', 45],
  ['manhole-cover', 'tilt', 6],
])(
  'a new %s has hardly a false alarm in its first three days, and its faults are found from the first hours on',
  (type, channel, by) => {
    const valuesOf = Array.from({ length: town + 1 }, (_, i) => {
      const device = new SimulatedDevice(`${type}-${i}`, behaviours.get(type)!, { latitude: 0, longitude: 0 }, 1);
      const known = new Map<number, number>();
      // In the order of time, as it walks.
      for (let at = begin; at < start + 3 * day; at += everyMs) known.set(at, Number(device.measure(at)[channel]));
      return (at: number) => known.get(at)!;
    });
    const neighbours = valuesOf.map((valueAt, i) => {
      const baseline = new Baseline(0.001);
      for (let at = begin; at < start; at += everyMs) baseline.learn(at, valueAt(at));
      return baseline.lend(String(i));
    });
    const told = { falsely: 0, spike: 0, shift: 0, alone: 0 };
    for (const [i, valueAt] of valuesOf.entries()) {
      const others = [...neighbours.slice(i + 1), ...neighbours.slice(0, i)];
      const run = (fault: Fault | null, borrows = true) => {
        const baseline = new Baseline(0.001);
        if (borrows) baseline.borrow(others, start);
        const found = alarms(baseline, valueAt, fault);
        return fault ? found.some((hours) => hours >= fault.from && hours <= fault.until + 1) : found.length > 0;
      };
      const spike = { from: 5, until: 6, by };
      told.falsely += Number(run(null));
      told.spike += Number(run(spike));
      told.alone += Number(run(spike, false));
      told.shift += Number(run({ from: 30, until: 54, by }));
    }
    const all = valuesOf.length;
    // One in a month of devices is the rate of any baseline.
    expect(told.falsely).toBeLessThanOrEqual(1);
    expect(told).toMatchObject({ spike: all, shift: all, alone: 0 });
  },
);
