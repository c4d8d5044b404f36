import fc from 'fast-check';
import { expect, test } from 'vitest';
import { arriving } from '../../src/backtest/arrival.ts';
import { Backtest, forAll } from '../../src/backtest/backtest.ts';
import { sortedSamples } from '../../src/backtest/order/sorted-samples.ts';
import type { TrialResult } from '../../src/model/backtest.ts';
import type { Sample } from '../../src/model/sample.ts';
import { compileType } from '../../src/rules/compile.ts';
import { deviceType } from '../rules/support.ts';

const type = compileType(
  deviceType({
    channels: { level: 'cm', flow: 'cm' },
    rules: [
      {
        name: 'ladder',
        levels: [
          { severity: 'blue', when: 'level >= 10 cm', forMs: 60_000, clear: 'level < 5 cm', clearForMs: 120_000 },
          { severity: 'red', when: 'level >= 27 cm' },
        ],
      },
      { name: 'rising', levels: [{ severity: 'yellow', when: 'rate(level, 10 min) > 30 cm/h' }] },
      { name: 'mean', levels: [{ severity: 'yellow', when: 'avg(flow, 5 min) > 8 cm' }] },
    ],
  }),
);
const start = Date.parse('2026-06-01T08:00:00+08:00');
const channels = ['level', 'flow'];

/** Two hours of a device that reports each half minute or minute, with a gap now and then. */
const history = fc
  .array(
    fc.record({
      step: fc.constantFrom(30, 60, 60, 60, 400),
      level: fc.integer({ min: 0, max: 35 }),
      flow: fc.option(fc.integer({ min: 0, max: 16 })),
    }),
    { minLength: 10, maxLength: 90 },
  )
  .map((rows) => {
    let at = start;
    return rows.map(({ step, level, flow }): Sample => {
      at += step * 1000;
      const values: Record<string, number> = flow === null ? { level } : { level, flow };
      return { deviceId: 'd1', measuredAt: at, receivedAt: at, values };
    });
  });

async function judge(samples: Sample[], arrival: 'clocks' | 'file'): Promise<TrialResult> {
  const judging = new Backtest({ rules: forAll(type), against: null, from: null, to: null });
  async function* once() {
    yield samples;
  }
  for await (const batch of arriving(once(), arrival, channels)) judging.take(batch);
  return judging.result();
}

test('the ledger of history is the same to the byte in any order and with lines twice', async () => {
  await fc.assert(
    fc.asyncProperty(
      history,
      fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
      async (samples, random) => {
        const disturbed = [...samples, ...samples.filter((_, i) => i % 7 === 0)]
          .map((sample) => ({ sample, key: random.next().value }))
          .sort((a, b) => a.key - b.key)
          .map(({ sample }) => sample);
        const [ordered, shuffled] = [await judge(samples, 'clocks'), await judge(disturbed, 'clocks')];
        expect(JSON.stringify(shuffled.ledger)).toBe(JSON.stringify(ordered.ledger));
        expect(shuffled.counts.corrections).toBe(0);
      },
    ),
    { seed: 4, numRuns: 40 },
  );
});

test('readings that come late within the lateness of the type give the same ledger, with corrections beside it', async () => {
  let corrections = 0;
  await fc.assert(
    fc.asyncProperty(history, fc.infiniteStream(fc.integer({ min: 0, max: 240_000 })), async (samples, delays) => {
      const late = samples
        .map((sample) => ({ sample, at: sample.measuredAt + delays.next().value }))
        .sort((a, b) => a.at - b.at)
        .map(({ sample }) => sample);
      const [ordered, disturbed] = [await judge(samples, 'clocks'), await judge(late, 'file')];
      expect(JSON.stringify(disturbed.ledger)).toBe(JSON.stringify(ordered.ledger));
      corrections += disturbed.counts.corrections;
    }),
    { seed: 5, numRuns: 40 },
  );
  expect(corrections).toBeGreaterThan(0);
});

test('what does not fit into memory is sorted all the same', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 300 }), async (times) => {
      async function* input() {
        yield times.map(
          (at, i): Sample => ({ deviceId: `d${i % 3}`, measuredAt: at, receivedAt: at, values: { level: i } }),
        );
      }
      const sorted: Sample[] = [];
      // Twenty rows at a time.
      for await (const batch of sortedSamples(input(), channels, 100)) sorted.push(...batch);
      expect(sorted.map((sample) => sample.measuredAt)).toEqual(times.toSorted((a, b) => a - b));
      expect(sorted.map((sample) => sample.values.level).sort()).toEqual(times.map((_, i) => i).sort());
    }),
    { seed: 6, numRuns: 30 },
  );
});
