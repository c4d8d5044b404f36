import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AlarmEffect } from '../../../src/model/alarm.ts';
import { compileType } from '../../../src/rules/compile.ts';
import { Fold } from '../../../src/rules/fold.ts';
import { compileCondition } from '../../../src/rules/language/expression.ts';
import { rulesByType } from '../../../src/rules/rules-of.ts';
import { randomFrom } from '../../support/random.ts';
import { deviceType, testDevice } from '../support.ts';

const minute = 60_000;
const lengths = ['3 min', '10 min', '45 min', '2 h'];
const limits = ['-3 cm', '0 cm', '0.1 cm', '4 cm', '4.5 cm', '7 cm', '0.2 m'];
const comparisons = ['>', '>=', '<', '<=', '=='];

const span = fc.constantFrom(...lengths);
const reading = fc.oneof(
  fc.constantFrom('level', 'rain'),
  fc
    .tuple(fc.constantFrom('avg', 'min', 'max', 'sum', 'delta', 'median'), fc.constantFrom('level', 'rain'), span)
    .map(([name, channel, over]) => `${name}(${channel}, ${over})`),
);
const length = fc.oneof(
  { weight: 4, arbitrary: reading },
  {
    weight: 1,
    arbitrary: fc.tuple(reading, fc.constantFrom('+', '-'), reading).map((parts) => `(${parts.join(' ')})`),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(reading, fc.constantFrom('* 1.5', '* -2', '/ 2', '/ -0.5')).map((p) => p.join(' ')),
  },
  { weight: 1, arbitrary: reading.map((one) => `-${one}`) },
);
const comparison = fc.oneof(
  fc.tuple(length, fc.constantFrom(...comparisons), fc.oneof(fc.constantFrom(...limits), length)),
  fc.tuple(
    span.map((over) => `count(level, ${over})`),
    fc.constantFrom(...comparisons),
    fc.constantFrom('0', '1', '3', '10'),
  ),
  fc.tuple(
    span.map((over) => `rate(level, ${over})`),
    fc.constantFrom(...comparisons),
    fc.constantFrom('-30 cm/h', '0 cm/h', '6 cm/h', '30 cm/h'),
  ),
);
const truth = comparison.map((sides) => sides.join(' '));
const condition = fc.oneof(
  truth,
  fc.tuple(truth, fc.constantFrom('&&', '||'), truth).map((parts) => parts.join(' ')),
  truth.map((one) => `!(${one})`),
);

/** What is said about readings that rest, move and jump, with gaps, some late, and many at once now and then. */
function ledgerOf(when: string[], seed: number, bounded: boolean): AlarmEffect[] {
  const type = deviceType({
    channels: { level: 'cm', rain: 'cm' },
    rules: when.map((one, i) => ({ name: `r${i}`, levels: [{ severity: 'yellow' as const, when: one }] })),
  });
  const compiled = bounded
    ? compileType(type)
    : compileType(type, undefined, undefined, (text, scope) => ({ ...compileCondition(text, scope), may: null }));
  expect(compiled.problems).toEqual([]);
  const fold = new Fold(rulesByType(new Map([[type.id, compiled]])));
  const random = randomFrom(seed);
  const effects: AlarmEffect[] = [];
  let at = 0;
  let level = 4;
  for (let i = 0; i < 250; i++) {
    const what = random();
    at += what < 0.05 ? 20 * minute : what < 0.3 ? 50 : what < 0.35 ? 200 * minute : minute;
    if (random() < 0.4) level = random() < 0.1 ? 12 * random() - 4 : level + random() - 0.5;
    const values = {
      ...(random() < 0.9 && { level: random() < 0.1 ? level : Math.round(level * 10) / 10 }),
      ...(random() < 0.5 && { rain: random() < 0.7 ? 0 : 0.1 }),
    };
    const measuredAt = random() < 0.05 ? at - Math.floor(random() * 30) * minute : at;
    fold.sample(testDevice, { deviceId: testDevice.id, measuredAt, receivedAt: at, values }, effects);
  }
  return effects;
}

test('what bounds leave out makes no difference to what is said', () => {
  let said = 0;
  fc.assert(
    fc.property(fc.array(condition, { minLength: 1, maxLength: 6 }), fc.integer(), (when, seed) => {
      const found = ledgerOf(when, seed, true);
      said += found.length;
      expect(found).toEqual(ledgerOf(when, seed, false));
    }),
    // A reading of seventeen digits is not what its decimal is.
    { numRuns: 150, examples: [[['-level > (rain - level)', '!(rate(level, 3 min) > -30 cm/h)'], 0]] },
  );
  expect(said).toBeGreaterThan(1000);
});
