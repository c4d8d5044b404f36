import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AlarmTransition, recordEffects } from '../../src/alarms/ledger.ts';
import { recordedWithIds } from '../../src/alarms/recorded.ts';
import type { AlarmEffect } from '../../src/model/alarm.ts';
import type { Sample } from '../../src/model/sample.ts';
import type { Fold } from '../../src/rules/fold.ts';
import type { Store } from '../../src/store/open.ts';
import { arrivalsOf, disturbance } from '../rules/disturbed.ts';
import { deviceType, foldOf, testDevice } from '../rules/support.ts';
import { tempStore } from '../store/temp-store.ts';

const minute = 60_000;
const begin = 1_780_000_000_000;
const callWithinMs = 15 * minute;

const type = deviceType({
  channels: { level: 'cm' },
  rules: [
    {
      name: 'water',
      levels: [
        { severity: 'yellow', when: 'level > 10 cm', clear: 'level < 5 cm' },
        { severity: 'red', when: 'level > 30 cm', forMs: 2 * minute, clear: 'level < 20 cm' },
      ],
    },
  ],
});

/** A device's reading at a minute; it comes then, or at another one. */
const reading = (at: number, level: number, comes = at): Sample => ({
  deviceId: testDevice.id,
  measuredAt: begin + at * minute,
  receivedAt: begin + comes * minute,
  values: { level },
});

/** Folds samples as they come and records each at once, as the engine does. */
async function live(store: Store, fold: Fold, samples: readonly Sample[]): Promise<AlarmTransition[]> {
  const transitions: AlarmTransition[] = [];
  for (const sample of samples) {
    const effects: AlarmEffect[] = [];
    fold.sample(testDevice, sample, effects);
    const context = { deviceById: () => testDevice, callWithinMs };
    transitions.push(...(await store.transaction().execute((tx) => recordEffects(tx, effects, context))));
  }
  return transitions;
}

/** What the record says, without when it was known. */
async function recordIn(store: Store): Promise<unknown[]> {
  const rows = await store.selectFrom('alarm').select('id').where('correction', 'is not', 'retracted').execute();
  const plain = await store.selectFrom('alarm').select('id').where('correction', 'is', null).execute();
  const ids = [...new Set([...rows, ...plain].map((row) => row.id))];
  const alarms = await recordedWithIds(store, ids);
  return alarms
    .map(({ row: { ruleId, deviceId }, raisedAt, clearedAt, severity, peakSeverity, active, count, path }) => {
      return { ruleId, deviceId, raisedAt, clearedAt, severity, peakSeverity, active, count, path };
    })
    .sort((a, b) => a.raisedAt - b.raisedAt);
}

const changes = (store: Store) =>
  store.selectFrom('alarmChange').select(['kind', 'severity', 'at', 'recordedAt']).orderBy('seq').execute();

const told = (transitions: AlarmTransition[]) => transitions.map(({ kind, alarm }) => `${kind} ${alarm.severity}`);

describe('late data', () => {
  test('that fills a gap completes a hold: the step up is recorded late, with both clocks', async () => {
    const { store } = await tempStore();
    const fold = foldOf(type);
    // Half an hour of silence between two high readings is no evidence.
    await live(store, fold, [reading(0, 12), reading(1, 35), reading(10, 35)]);
    expect(await store.selectFrom('alarm').select(['severity']).execute()).toEqual([{ severity: 'yellow' }]);
    const between = [3, 5, 7, 9].map((at) => reading(at, 35, 11));
    expect(told(await live(store, fold, between))).toEqual(['severity red']);
    expect(await recordIn(store)).toMatchObject([
      { severity: 'red', count: 7, path: [{ severity: 'yellow' }, { at: begin + 3 * minute, severity: 'red' }] },
    ]);
    const corrected = (await changes(store)).filter(({ kind }) => kind === 'corrected');
    expect(corrected).toMatchObject([{ recordedAt: begin + 11 * minute }]);
  });

  test('that comes in one frame is one correction', async () => {
    const { store } = await tempStore();
    const fold = foldOf(type);
    await live(store, fold, [reading(0, 12), reading(1, 35), reading(10, 35)]);
    const effects: AlarmEffect[] = [];
    fold.samples(
      testDevice,
      [3, 5, 7, 9].map((at) => reading(at, 35, 11)),
      effects,
    );
    expect(effects).toMatchObject([{ kind: 'rejudged', found: [{ severity: 'red', count: 7 }], gone: [] }]);
  });

  test('people are called for what is found late and lasts, not for what is old', async () => {
    const { store } = await tempStore();
    const fold = foldOf(type);
    await live(store, fold, [reading(40, 7)]);
    // High twenty minutes ago, and neither high nor low since: on the record, nobody is called.
    expect(told(await live(store, fold, [reading(20, 12, 41)]))).toEqual([]);
    expect(await store.selectFrom('alarm').select(['active', 'correction', 'callOwed']).execute()).toEqual([
      { active: 1, correction: 'raised-late', callOwed: 1 },
    ]);
    // With news of it they are.
    expect(told(await live(store, fold, [reading(42, 13)]))).toEqual(['raised yellow']);

    const other = await tempStore();
    const fresh = foldOf(type);
    await live(other.store, fresh, [reading(40, 7)]);
    expect(told(await live(other.store, fresh, [reading(38, 12, 41)]))).toEqual(['raised yellow']);
  });

  test('that somebody called for help is told however old it is, and though the button was let go of since', async () => {
    const plain = deviceType({
      channels: { level: 'cm', sos: 'switch' },
      rules: [{ name: 'sos', levels: [{ severity: 'red', when: 'sos', clear: '!sos' }] }],
    });
    const channels = plain.channels.map((one) => (one.name === 'sos' ? { ...one, lifeSafety: true } : one));
    const help = { ...plain, channels, channelByName: new Map(channels.map((one) => [one.name, one])) };
    const said = (values: Record<string, number>, at: number, comes = at) => ({ ...reading(at, 0, comes), values });

    const lasting = await tempStore();
    const fold = foldOf(help);
    await live(lasting.store, fold, [said({ level: 7 }, 60)]);
    expect(told(await live(lasting.store, fold, [said({ sos: 1 }, 10, 61)]))).toEqual(['raised red']);
    // Nothing is owed any more, and the same again calls nobody.
    expect(await lasting.store.selectFrom('alarm').select(['active', 'callOwed']).execute()).toEqual([
      { active: 1, callOwed: 0 },
    ]);
    expect(told(await live(lasting.store, fold, [said({ sos: 1 }, 10, 62)]))).toEqual([]);

    const over = await tempStore();
    const other = foldOf(help);
    await live(over.store, other, [said({ level: 7, sos: 0 }, 60)]);
    expect(told(await live(over.store, other, [said({ sos: 1 }, 10, 61)]))).toEqual(['raised red', 'cleared red']);
    expect(await recordIn(over.store)).toMatchObject([{ active: false, clearedAt: begin + 60 * minute }]);
  });

  test('that shows an end clears, and what shows that there was none brings the alarm back', async () => {
    const { store } = await tempStore();
    const fold = foldOf(type);
    await live(store, fold, [reading(0, 12), reading(10, 7)]);
    expect(told(await live(store, fold, [reading(5, 3, 11)]))).toEqual(['cleared yellow']);
    expect(await recordIn(store)).toMatchObject([{ active: false, clearedAt: begin + 5 * minute }]);
    // Of two values for one moment the greater one counts: at minute five it was not low after all.
    expect(told(await live(store, fold, [reading(5, 8, 12)]))).toEqual(['reinstated yellow']);
    expect(await recordIn(store)).toMatchObject([{ active: true, clearedAt: null }]);
  });

  test('that repeats what is known, or is older than the bound, changes nothing', async () => {
    const { store } = await tempStore();
    const fold = foldOf(type);
    await live(store, fold, [reading(0, 2), reading(30, 12), reading(70, 12)]);
    const before = await changes(store);
    expect(await live(store, fold, [reading(30, 12, 71), reading(5, 40, 71)])).toEqual([]);
    expect(await changes(store)).toEqual(before);
    expect(fold.stale).toBe(2);
  });
});

test('the record in the store does not depend on the order of arrival', async () => {
  const level = fc.integer({ min: 0, max: 45 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(level, { minLength: 10, maxLength: 40 }),
      disturbance(50 * minute),
      async (values, how) => {
        const samples = values.map((value, at) => reading(at, value));
        const ordered = await tempStore();
        await live(ordered.store, foldOf(type), samples);
        const other = await tempStore();
        await live(other.store, foldOf(type), arrivalsOf(samples, how).arrivals);
        expect(await recordIn(other.store)).toEqual(await recordIn(ordered.store));
      },
    ),
    { seed: 11, numRuns: 8 },
  );
});
