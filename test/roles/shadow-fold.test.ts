import { expect, test } from 'vitest';
import type { Device } from '../../src/model/device.ts';
import type { Episode } from '../../src/model/episode.ts';
import { isShadowKey, ShadowFold } from '../../src/roles/shadow-fold.ts';
import { type CompiledType, compileType } from '../../src/rules/compile.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openStore } from '../../src/store/open.ts';
import { deviceType, testDevice } from '../rules/support.ts';
import { tempDir } from '../support/temp-dir.ts';

const start = Date.parse('2026-06-01T08:00:00+08:00');
const tried = compileType(
  deviceType({
    channels: { level: 'cm' },
    rules: [
      { name: 'high', levels: [{ severity: 'yellow', when: 'level > 10 cm', forMs: 120_000, clear: 'level < 5 cm' }] },
    ],
  }),
);

/** Rules of which one is tried out on one device. */
function rules(type: CompiledType | undefined = tried) {
  return {
    version: 1,
    triesOut: type !== undefined,
    shadowOf: (device: Device) => (device.id === 'd1' ? type : undefined),
  };
}

function sample(fold: ShadowFold, minute: number, level: number, isNew = true) {
  const at = start + minute * 60_000;
  fold.sample(minute, testDevice, { deviceId: 'd1', measuredAt: at, receivedAt: at, values: { level } }, isNew);
}

async function openFolder() {
  const store = await openStore(`${await tempDir()}/tocsin.db`);
  await migrate(store);
  const record = async (fold: ShadowFold) => {
    await store.transaction().execute((tx) => fold.record(tx));
    fold.recorded();
  };
  const alarms = async () =>
    (await store.selectFrom('shadowAlarm').selectAll().execute()).map((row) => JSON.parse(row.episodeJson) as Episode);
  return { store, record, alarms };
}

test('what is tried out has its alarms apart, and goes on from a checkpoint without judging anything twice', async () => {
  const { store, record, alarms } = await openFolder();
  const first = new ShadowFold(rules(), Number.POSITIVE_INFINITY);
  first.tick(0, start, [testDevice], true);
  for (const [minute, level] of [3, 12, 12].entries()) sample(first, minute, level);
  expect(first.hasNews).toBe(false);
  const parts = first.takeParts();
  expect(parts.every(({ key }) => isShadowKey(key))).toBe(true);
  sample(first, 3, 12);
  expect(first.hasNews).toBe(true);
  await record(first);
  expect(await alarms()).toMatchObject([
    { ruleId: 'test-type/high', raisedAt: start + 3 * 60_000, active: true, count: 1 },
  ]);

  // The checkpoint has the entries below 3; that of minute 3 had its effect before the restart.
  const second = new ShadowFold(rules(), Number.POSITIVE_INFINITY);
  for (const { key, state } of parts) second.restore(key, JSON.parse(JSON.stringify(state)), 3);
  second.tick(0, start, [testDevice], false);
  for (const [minute, level] of [3, 12, 12, 12].entries()) sample(second, minute, level, false);
  expect(second.hasNews).toBe(false);
  sample(second, 4, 12);
  sample(second, 5, 3);
  await record(second);
  expect(await alarms()).toMatchObject([{ count: 2, active: false, clearedAt: start + 5 * 60_000 }]);
  expect(await store.selectFrom('alarm').selectAll().execute()).toEqual([]);
  expect(await store.selectFrom('feed').selectAll().execute()).toEqual([]);
  await store.destroy();
});

test('when nothing is tried out any more its alarms end', async () => {
  const { store, record, alarms } = await openFolder();
  const changing = { ...rules(), shadowOf: rules().shadowOf };
  const fold = new ShadowFold(changing, Number.POSITIVE_INFINITY);
  fold.tick(0, start, [testDevice], true);
  for (const [minute, level] of [12, 12, 12].entries()) sample(fold, minute, level);
  await record(fold);
  Object.assign(changing, { version: 2, triesOut: false, shadowOf: () => undefined });
  fold.tick(3, start + 180_000, [testDevice], true);
  sample(fold, 4, 12);
  await record(fold);
  expect(await alarms()).toMatchObject([{ active: false, clearedAt: start + 180_000, count: 1 }]);
  await store.destroy();
});
