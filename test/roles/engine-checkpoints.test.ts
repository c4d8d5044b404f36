import { expect, onTestFinished, test, vi } from 'vitest';
import { EngineCheckpoints } from '../../src/roles/engine-checkpoints.ts';
import { Fold } from '../../src/rules/fold.ts';
import { createLogger } from '../../src/shared/logger.ts';
import { getCheckpoint } from '../../src/store/checkpoint.ts';
import { openStore } from '../../src/store/open.ts';
import { tempStore } from '../store/temp-store.ts';

/** Checkpoints of devices `d0` and on, each with so many characters of state, that take `msEach` to be put together. */
async function checkpointsOf(devices: number, length: number, msEach = 0) {
  const { store, file } = await tempStore();
  const storeForLater = await openStore(file, { durable: 'later' });
  onTestFinished(() => storeForLater.destroy());
  let now = 1_000_000;
  const fold = new Fold(() => undefined);
  vi.spyOn(fold, 'takeTouched').mockImplementation(() => Array.from({ length: devices }, (_, i) => `d${i}`));
  vi.spyOn(fold, 'partsOf').mockImplementation((id) => {
    now += msEach;
    return [{ key: `device/${id}`, state: { text: 'x'.repeat(length) } }];
  });
  const checkpoints = new EngineCheckpoints({
    store,
    storeForLater,
    partition: 0,
    fold,
    checkpointEveryMs: 10_000,
    steady: { now: () => now },
    persist: (_, work) => work(),
    log: createLogger('silent'),
  });
  await checkpoints.load(0);
  const pass = (ms: number) => {
    now += ms;
  };
  return { store, checkpoints, pass };
}

/** Goes on until the checkpoint is there. @returns how many slices it took. */
async function writeSlices(checkpoints: EngineCheckpoints, offset: number, entries = 0): Promise<number> {
  checkpoints.begin(offset);
  let slices = 0;
  for (; checkpoints.isWriting; slices++) await checkpoints.goOn(offset + slices, entries);
  return slices;
}

test('a slice has few devices with much state and many with little, each as of the entry at which it was written', async () => {
  const much = await checkpointsOf(20, 30_000);
  expect(await writeSlices(much.checkpoints, 7)).toBe(10);
  const rows = await much.store.selectFrom('foldState').select(['key', 'offset']).execute();
  const offsets = new Map(rows.map((row) => [row.key, row.offset]));
  expect([offsets.get('device/d1'), offsets.get('device/d2'), offsets.get('device/d19')]).toEqual([7, 8, 16]);
  expect(await getCheckpoint(much.store, 'rules.state', 0)).toBe(7);
  // Of effects, since the state of a device must not be ahead of them.
  expect(await getCheckpoint(much.store, 'rules', 0)).toBe(16);
  expect(much.checkpoints.offset).toBe(7);

  const little = await checkpointsOf(100, 100);
  expect(await writeSlices(little.checkpoints, 7)).toBe(1);
});

test('behind a backlog slices are larger', async () => {
  const { checkpoints } = await checkpointsOf(20, 30_000);
  expect(await writeSlices(checkpoints, 7, 2_000)).toBe(2);
});

test('checkpoints that take long are begun more seldom', async () => {
  const { checkpoints, pass } = await checkpointsOf(20, 30_000, 200);
  // 4 s for all devices.
  await writeSlices(checkpoints, 7);
  pass(35_000);
  expect(checkpoints.isDue).toBe(false);
  pass(1_000);
  expect(checkpoints.isDue).toBe(true);

  const quick = await checkpointsOf(20, 30_000, 1);
  await writeSlices(quick.checkpoints, 7);
  quick.pass(9_900);
  expect(quick.checkpoints.isDue).toBe(false);
  quick.pass(100);
  expect(quick.checkpoints.isDue).toBe(true);
});
