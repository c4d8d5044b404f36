import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AlarmEffect } from '../../src/model/alarm.ts';
import type { Device } from '../../src/model/device.ts';
import type { Sample } from '../../src/model/sample.ts';
import type { Fold } from '../../src/rules/fold.ts';
import { arrivalsOf, type Disturbed, disturbance, recordOf } from './disturbed.ts';
import { checkpointOf, deviceType, foldOf, testDevice } from './support.ts';

const minute = 60_000;
const hour = 60 * minute;

/** Rules of every kind that go by what was measured. */
const type = deviceType({
  channels: { level: 'cm', rain: 'mm', fan: 'switch' },
  rules: [
    {
      name: 'ladder',
      levels: [
        { severity: 'yellow', when: 'level > 10 cm', clear: 'level < 5 cm', clearForMs: 2 * minute },
        { severity: 'orange', when: 'level > 20 cm', forMs: minute, clear: 'level < 15 cm' },
        { severity: 'red', when: 'level > 30 cm', forMs: 2 * minute, clear: 'level < 25 cm', clearForMs: minute },
      ],
    },
    { name: 'held', levels: [{ severity: 'red', when: 'level > 12 cm && fan', forMs: 4 * minute }] },
    {
      name: 'frozen',
      onGap: 'freeze',
      maxGapMs: 2 * minute,
      levels: [
        { severity: 'blue', when: 'level > 8 cm', forMs: 5 * minute, clear: 'level < 8 cm', clearForMs: 3 * minute },
      ],
    },
    { name: 'mean', levels: [{ severity: 'blue', when: 'avg(level, 10 min) > 11 cm' }] },
    {
      name: 'sum',
      levels: [{ severity: 'yellow', when: 'sum(rain, 30 min) >= 5 mm', clear: 'sum(rain, 30 min) < 2 mm' }],
    },
    {
      name: 'rise',
      levels: [{ severity: 'orange', when: 'rate(level, 5 min) > 30 cm/h || slope(level, 7 min) > 40 cm/h' }],
    },
    { name: 'range', levels: [{ severity: 'blue', when: 'max(level, 10 min) - min(level, 10 min) > 14 cm' }] },
    { name: 'ranked', levels: [{ severity: 'blue', when: 'median(level, 9 min) > 12 cm && count(level, 9 min) > 6' }] },
    {
      name: 'tallied',
      minActiveMs: 6 * minute,
      stepDownAfterMs: 3 * minute,
      levels: [
        { severity: 'blue', when: 'level > 7 cm', atLeast: { readings: 3, of: 5 } },
        { severity: 'yellow', when: 'level > 16 cm', confirm: 2 },
      ],
    },
    {
      name: 'repeated',
      levels: [{ severity: 'blue', when: 'rain >= 0.3 mm', repeated: { times: 3, withinMs: 20 * minute } }],
    },
    {
      name: 'then',
      levels: [
        {
          severity: 'orange',
          when: 'level > 9 cm',
          sequence: [
            { when: 'fan', forMs: 0, unless: null, withinMs: null },
            { when: 'level > 9 cm', forMs: minute, unless: 'rain > 0.4 mm', withinMs: 5 * minute },
          ],
        },
      ],
    },
    {
      name: 'waves',
      rearm: { after: 'level < 8 cm', again: null, forMs: 0 },
      levels: [{ severity: 'yellow', when: 'level > 13 cm', clear: 'level < 1 cm', clearForMs: 10 * minute }],
    },
    {
      name: 'mixed',
      levels: [
        { severity: 'blue', when: 'level > 9 cm && max(rain, 15 min) > 0.4 mm' },
        { severity: 'yellow', when: 'level > 9 cm && sum(rain, 20 min) >= 2 mm' },
        { severity: 'orange', when: 'level > 9 cm && count(rain, 10 min) < 2' },
      ],
    },
    { name: 'both', levels: [{ severity: 'yellow', when: 'fan && rain > 0.3 mm', clear: '!fan', clearForMs: minute }] },
  ],
});

const devices = ['d1', 'd2', 'd3'].map((id): Device => ({ ...testDevice, id }));

/** What one device measures: a walk, with gaps, in decimals as sensors tell them. */
const walkOf = (minLength: number, maxLength: number) =>
  fc
    .array(
      fc.record({
        stepMs: fc.oneof(
          { weight: 12, arbitrary: fc.integer({ min: 20, max: 90 }).map((s) => s * 1000) },
          { weight: 1, arbitrary: fc.integer({ min: 4, max: 25 }).map((m) => m * minute) },
        ),
        level: fc.integer({ min: -50, max: 55 }),
        rain: fc.option(fc.integer({ min: 0, max: 5 }), { freq: 2 }),
        fan: fc.option(fc.boolean(), { freq: 2 }),
      }),
      { minLength, maxLength },
    )
    .map((steps) => {
      let at = 1_780_000_000_000;
      let level = 8;
      return steps.map(({ stepMs, level: change, rain, fan }): Omit<Sample, 'deviceId' | 'receivedAt'> => {
        at += stepMs;
        level = Math.min(45, Math.max(0, level + change / 10));
        const values: Record<string, number> = { level: Math.round(level * 10) / 10 };
        if (rain !== null) values.rain = rain / 10;
        if (fan !== null) values.fan = Number(fan);
        return { measuredAt: at, values };
      });
    });

const walk = walkOf(20, 90);
const longWalk = walkOf(100, 200);

function feed(fold: Fold, arrivals: readonly Sample[], effects: AlarmEffect[]): void {
  const byId = new Map(devices.map((device) => [device.id, device]));
  for (const sample of arrivals) fold.sample(byId.get(sample.deviceId)!, sample, effects);
}

function inOrder(samples: readonly Sample[], of = type): AlarmEffect[] {
  const effects: AlarmEffect[] = [];
  feed(
    foldOf(of),
    samples.toSorted((a, b) => a.measuredAt - b.measuredAt),
    effects,
  );
  return effects;
}

/** As they arrive, with a restart from a checkpoint before some of them. */
function asTheyCome({ arrivals, restarts }: Disturbed, of = type): AlarmEffect[] {
  const effects: AlarmEffect[] = [];
  let fold = foldOf(of);
  const kept = new Map<string, unknown>();
  for (const [i, sample] of arrivals.entries()) {
    if (restarts.includes(i)) {
      for (const { key, state } of checkpointOf(fold)) kept.set(key, state);
      fold = foldOf(of);
      for (const [key, state] of kept) fold.restore(key, structuredClone(state));
    }
    feed(fold, [sample], effects);
  }
  return effects;
}

const walks = fc.tuple(walk, walk, walk);
const samplesOf = (all: readonly (readonly Omit<Sample, 'deviceId' | 'receivedAt'>[])[]): Sample[] =>
  all.flatMap((one, i) =>
    one.map((sample) => ({ ...sample, deviceId: devices[i]!.id, receivedAt: sample.measuredAt })),
  );

describe('the order of arrival makes no difference to the record', () => {
  test('also of a device whose channels stay away for longer than the bound', () => {
    const bound = 12 * minute;
    const short = { ...type, latenessMs: bound };
    const away = fc.array(
      fc.record({
        channel: fc.constantFrom('level', 'rain', 'fan'),
        from: fc.nat(150),
        steps: fc.integer({ min: 10, max: 60 }),
      }),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(longWalk, away, disturbance(bound), (one, gaps, disturb) => {
        const samples = samplesOf([one]).map((sample, i) => {
          const gone = gaps
            .filter(({ from, steps }) => i >= from && i < from + steps)
            .map(({ channel }): string => channel);
          return {
            ...sample,
            values: Object.fromEntries(Object.entries(sample.values).filter(([name]) => !gone.includes(name))),
          };
        });
        expect(recordOf(asTheyCome(arrivalsOf(samples, disturb), short))).toBe(recordOf(inOrder(samples, short)));
      }),
      { numRuns: 40, seed: 4711, endOnFailure: true },
    );
  });

  test('shuffled, delayed, repeated and brought later, with restarts in between', () => {
    fc.assert(
      fc.property(walks, disturbance(hour), (all, disturb) => {
        const samples = samplesOf(all);
        const expected = recordOf(inOrder(samples));
        expect(recordOf(asTheyCome(arrivalsOf(samples, disturb)))).toBe(expected);
      }),
      { seed: 4, numRuns: 40, endOnFailure: true },
    );
  });

  test('the values of one moment may come one by one, and in any order', () => {
    fc.assert(
      fc.property(walks, disturbance(20 * minute), (all, disturb) => {
        const samples = samplesOf(all);
        const expected = recordOf(inOrder(samples));
        const apart = samples.flatMap((sample) =>
          Object.entries(sample.values).map(([name, value]) => ({ ...sample, values: { [name]: value } })),
        );
        expect(recordOf(asTheyCome(arrivalsOf(apart, disturb)))).toBe(expected);
      }),
      { seed: 5, numRuns: 15, endOnFailure: true },
    );
  });

  test('a device may keep what it measured and send it in batches', () => {
    fc.assert(
      fc.property(walks, disturbance(hour), fc.integer({ min: 2, max: 30 }), (all, disturb, size) => {
        const samples = samplesOf(all);
        const { arrivals } = arrivalsOf(samples, disturb);
        const effects: AlarmEffect[] = [];
        const fold = foldOf(type);
        for (const device of devices) {
          const own = arrivals.filter(({ deviceId }) => deviceId === device.id);
          for (let i = 0; i < own.length; i += size) {
            const batch = own.slice(i, i + size).sort((a, b) => a.measuredAt - b.measuredAt);
            fold.samples(device, batch, effects);
          }
        }
        expect(recordOf(effects)).toBe(recordOf(inOrder(samples)));
      }),
      { seed: 6, numRuns: 30, endOnFailure: true },
    );
  });

  test('rules of these walks do raise alarms', () => {
    const counts = new Map<string, number>();
    for (const all of fc.sample(walks, { seed: 4, numRuns: 30 }))
      for (const effect of inOrder(samplesOf(all)))
        if (effect.kind === 'raised') counts.set(effect.ruleId, (counts.get(effect.ruleId) ?? 0) + 1);
    expect([...counts.keys()].sort()).toEqual(type.rules.map((rule) => rule.id).sort());
  });
});
