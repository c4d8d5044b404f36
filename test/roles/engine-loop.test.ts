import { copyFile, mkdir, stat, truncate } from 'node:fs/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { AlarmTransition } from '../../src/alarms/ledger.ts';
import type { JournalWriter } from '../../src/journal/port.ts';
import { partitionDir, segmentPath } from '../../src/journal/segments.ts';
import { openJournalWriter } from '../../src/journal/writer.ts';
import type { Device } from '../../src/model/device.ts';
import { fitCheckpoints } from '../../src/roles/fit-checkpoints.ts';
import { compileType } from '../../src/rules/compile.ts';
import { Fold } from '../../src/rules/fold.ts';
import { rulesByType } from '../../src/rules/rules-of.ts';
import { createLogger } from '../../src/shared/logger.ts';
import { getCheckpoint, setCheckpoint } from '../../src/store/checkpoint.ts';
import type { Store } from '../../src/store/open.ts';
import { deviceType } from '../rules/support.ts';
import { tempStore } from '../store/temp-store.ts';
import { appendFrames } from '../support/append-frames.ts';
import { tempDir } from '../support/temp-dir.ts';
import { addDevices, startLoop as startLoopOf } from './started-loop.ts';

const log = createLogger('silent');
const type = deviceType({
  channels: { level: 'cm' },
  rules: [{ name: 'water', levels: [{ severity: 'red', when: 'level > 10 cm' }] }],
});
const device: Device = {
  id: 'd1',
  type: type.id,
  name: 'd1',
  latitude: 30,
  longitude: 104,
  gridId: 'g1',
  state: 'active',
};

async function appendTicks(journal: JournalWriter, count: number): Promise<void> {
  const ticks = Array.from({ length: count }, (_, i) => {
    const at = 1_772_323_200_000 + i * 5000;
    return new Promise<void>((resolve) => journal.append(0, { kind: 'tick', at }, () => resolve()));
  });
  await Promise.all(ticks);
}

async function openJournal(dir: string) {
  const journal = await openJournalWriter({ dir, segmentBytes: 1_000_000, keepMs: 1_000_000, log });
  onTestFinished(() => journal.close());
  return journal;
}

/** A store in which the device and its grid are. */
async function storeWithDevice(...others: string[]): Promise<Store> {
  const { store } = await tempStore();
  await addDevices(store, type.id, [device.id, ...others]);
  return store;
}

const addDevice = (store: Store) => addDevices(store, type.id, [device.id]);

const startLoop = (given: Omit<Parameters<typeof startLoopOf>[0], 'type'>) => startLoopOf({ ...given, type });

const committed = (store: Store) => getCheckpoint(store, 'rules', 0);
const alarms = async (store: Store) => await store.selectFrom('alarm').selectAll().execute();
const ledger = async (store: Store) =>
  (await store.selectFrom('alarmChange').select('kind').orderBy('seq').execute()).map((row) => row.kind);

test('what was committed before the state was checkpointed has its effect once', async () => {
  const store = await storeWithDevice();
  const dir = await tempDir();
  const journal = await openJournal(dir);
  const first = await startLoop({ store, journal, dir });
  await appendFrames(journal, 3, (i) => ({ deviceId: 'd1', payload: `{"level":${[5, 12, 13][i]}}` }));
  await expect.poll(() => committed(store)).toBe(3);
  expect(await getCheckpoint(store, 'rules.state', 0)).toBe(0);
  // It dies here: no stop, no checkpoint of the state. Another one takes over.
  expect(await ledger(store)).toEqual(['raised']);
  const [before] = await alarms(store);

  const second = await startLoop({ store, journal, dir });
  await appendFrames(journal, 1, () => ({ deviceId: 'd1', payload: '{"level":3}', receivedAt: 1_772_323_300_000 }));
  await expect.poll(() => ledger(store)).toEqual(['raised', 'cleared']);
  expect(await alarms(store)).toMatchObject([{ id: before!.id, count: 2, active: 0 }]);
  await Promise.all([first.stop(), second.stop()]);
});

test('a checkpoint of many devices is written in slices, and what a slice knows already is not judged again', async () => {
  const store = await storeWithDevice();
  const dir = await tempDir();
  const journal = await openJournal(dir);
  const ids = Array.from({ length: 120 }, (_, i) => `m${i}`);
  const { type: typeId, gridId } = device;
  const common = { type: typeId, name: '', latitude: 30, longitude: 104, gridId, state: 'active' as const };
  for (const id of ids)
    await store
      .insertInto('device')
      .values({ ...common, id, secretSalt: '', secretHash: '', createdAt: 0 })
      .execute();
  const first = await startLoop({ store, journal, dir });
  await appendFrames(journal, 120, (i) => ({ deviceId: ids[i]!, payload: '{"level":12}' }));
  await expect.poll(() => committed(store)).toBe(120);
  await first.stop();
  const offsets = await store.selectFrom('foldState').select(['key', 'offset']).orderBy('key').execute();
  expect(offsets.filter(({ offset }) => offset === 120)).toHaveLength(121);

  // As if it had died after the slice that has m0 and before the one that has the others.
  await store.updateTable('checkpoint').set({ offset: 0 }).where('consumer', '=', 'rules.state').execute();
  await store.deleteFrom('foldState').where('key', '!=', 'device/m0').execute();
  const fold = new Fold(rulesByType(new Map([[type.id, compileType(type)]])));
  const judged: string[] = [];
  const samples = fold.samples.bind(fold);
  vi.spyOn(fold, 'samples').mockImplementation((one, ...rest) => {
    judged.push(one.id);
    samples(one, ...rest);
  });
  const second = await startLoop({ store, journal, dir, fold });
  await appendFrames(journal, 1, () => ({ deviceId: 'm0', payload: '{"level":3}', receivedAt: 1_772_323_300_000 }));
  await expect.poll(() => judged.at(-1)).toBe('m0');
  expect(judged).toEqual([...ids.slice(1), 'm0']);
  await expect.poll(() => ledger(store)).toHaveLength(121);
  await second.stop();
});

test('a commit that fails is tried until the store takes it, and nothing is committed twice', async () => {
  const store = await storeWithDevice();
  const dir = await tempDir();
  const journal = await openJournal(dir);
  let failures = 2;
  const loop = await startLoop({
    store,
    journal,
    dir,
    respond: async () => {
      if (failures-- > 0) throw new Error('disk full');
    },
  });
  await appendFrames(journal, 1, () => ({ deviceId: 'd1', payload: '{"level":12}' }));
  await expect.poll(() => loop.status().trouble).toMatch(/cannot commit to the store: disk full/);
  expect(await alarms(store)).toEqual([]);
  await expect.poll(() => ledger(store), { timeout: 5_000 }).toEqual(['raised']);
  await vi.waitFor(() => expect(loop.status().trouble).toBeNull());
  await loop.stop();
});

test('effects that the store has not taken when it ends are there after the next start', async () => {
  const store = await storeWithDevice();
  const dir = await tempDir();
  const journal = await openJournal(dir);
  const respond = async () => {
    throw new Error('disk full');
  };
  const loop = await startLoop({ store, journal, dir, respond, checkpointEveryMs: 0 });
  await appendFrames(journal, 1, () => ({ deviceId: 'd1', payload: '{"level":12}' }));
  await expect.poll(() => loop.status().trouble).toMatch(/disk full/);
  await loop.stop();
  expect(await alarms(store)).toEqual([]);

  const next = await startLoop({ store, journal, dir });
  await expect.poll(() => ledger(store)).toEqual(['raised']);
  await next.stop();
});

test('a frame at which our own code fails is quarantined, and the next ones are judged', async () => {
  const store = await storeWithDevice();
  const dir = await tempDir();
  const journal = await openJournal(dir);
  const fold = new Fold(rulesByType(new Map([[type.id, compileType(type)]])));
  vi.spyOn(fold, 'samples').mockImplementationOnce(() => {
    throw new Error('a mistake of ours');
  });
  const loop = await startLoop({ store, journal, dir, fold });
  await appendFrames(journal, 2, (i) => ({ deviceId: 'd1', payload: `{"level":${12 + i}}` }));
  await expect.poll(() => ledger(store)).toEqual(['raised']);
  expect(await store.selectFrom('quarantine').select(['code', 'offset']).execute()).toEqual([
    { code: 'FRAME_FAILED', offset: 0 },
  ]);
  await loop.stop();
});

/** Opens the folder again after its last `lost` bytes were lost, as a start does. */
async function openAgain(dir: string, store: Store, lost: number) {
  const segment = segmentPath(partitionDir(dir, 0), 0);
  await truncate(segment, (await stat(segment)).size - lost);
  const journal = await openJournal(dir);
  await fitCheckpoints(journal, store, log);
  return journal;
}

const flood = () => ({ deviceId: 'd1', payload: '{"level":12}', receivedAt: 1_772_326_800_000 });

test('a journal that was put away is read from its beginning', async () => {
  const store = await storeWithDevice();
  const oldDir = await tempDir();
  const oldJournal = await openJournal(oldDir);
  const first = await startLoop({ store, journal: oldJournal, dir: oldDir, checkpointEveryMs: 0 });
  await appendFrames(oldJournal, 5, () => ({ deviceId: 'd1', payload: '{"level":3}' }));
  await expect.poll(() => committed(store)).toBe(5);
  await first.stop();

  const dir = await tempDir();
  const journal = await openJournal(dir);
  await fitCheckpoints(journal, store, log);
  await appendFrames(journal, 1, flood);
  const second = await startLoop({ store, journal, dir });
  await expect.poll(() => ledger(store)).toEqual(['raised']);
  await second.stop();
});

test('what comes after a journal lost its last entries is judged, also before the engine is there', async () => {
  const store = await storeWithDevice();
  const dir = await tempDir();
  const journal = await openJournal(dir);
  const first = await startLoop({ store, journal, dir, checkpointEveryMs: 0 });
  await appendFrames(journal, 5, () => ({ deviceId: 'd1', payload: '{"level":3}' }));
  await expect.poll(() => committed(store)).toBe(5);
  await first.stop();
  await journal.close();

  const torn = await openAgain(dir, store, 1);
  await appendFrames(torn, 1, flood);
  const second = await startLoop({ store, journal: torn, dir });
  await expect.poll(() => ledger(store)).toEqual(['raised']);
  await second.stop();
});

test('what a journal that lost its last entries still has is not judged a second time', async () => {
  const silent = deviceType({ channels: { level: 'cm' }, rules: [{ name: 'silent', silentForMs: 600_000 }] });
  const newFold = () => new Fold(rulesByType(new Map([[silent.id, compileType(silent)]])));
  const { store } = await tempStore();
  const dir = await tempDir();
  const journal = await openJournal(dir);
  // An hour in which the device was not there yet; then it is, and all is well with it.
  const first = await startLoop({ store, journal, dir, fold: newFold(), checkpointEveryMs: 0 });
  await appendTicks(journal, 720);
  await expect.poll(() => committed(store)).toBe(720);
  await first.stop();
  await addDevice(store);
  const second = await startLoop({ store, journal, dir, fold: newFold(), checkpointEveryMs: 0 });
  await appendFrames(journal, 2, () => ({ ...flood(), payload: '{"level":3}' }));
  await expect.poll(() => committed(store)).toBe(722);
  await second.stop();
  await journal.close();

  const torn = await openAgain(dir, store, 1);
  const third = await startLoop({ store, journal: torn, dir, fold: newFold() });
  await appendFrames(torn, 1, () => ({ ...flood(), payload: 'no JSON' }));
  const quarantined = async () => await store.selectFrom('quarantine').select('offset').execute();
  await expect.poll(quarantined).toEqual([{ offset: 721 }]);
  await third.stop();
  expect(await ledger(store)).toEqual([]);
});

test('entries that consumers know of and the journal has no more are told, whichever end they are missing at', async () => {
  const { store } = await tempStore();
  const dir = await tempDir();
  const journal = await openJournal(dir);
  await appendTicks(journal, 5);
  await setCheckpoint(store, 'rules', 0, 8);
  await fitCheckpoints(journal, store, log);
  expect(journal.troubles()).toMatchObject([{ code: 'JOURNAL_DAMAGED', detail: { from: 5, to: 7, entries: 3 } }]);
  expect(await getCheckpoint(store, 'rules', 0)).toBe(5);

  const elsewhere = await tempDir();
  await mkdir(partitionDir(elsewhere, 0));
  await copyFile(segmentPath(partitionDir(dir, 0), 0), segmentPath(partitionDir(elsewhere, 0), 100));
  const later = await openJournal(elsewhere);
  await setCheckpoint(store, 'rules', 0, 90);
  await fitCheckpoints(later, store, log);
  expect(later.troubles()).toMatchObject([{ code: 'JOURNAL_DAMAGED', detail: { from: 90, to: 99, entries: 10 } }]);
});

test('a journal that has what its consumers want tells nothing', async () => {
  const { store } = await tempStore();
  const journal = await openJournal(await tempDir());
  await appendTicks(journal, 5);
  await setCheckpoint(store, 'rules', 0, 3);
  await setCheckpoint(store, 'telemetry', 0, 5);
  await fitCheckpoints(journal, store, log);
  expect(journal.troubles()).toEqual([]);
});

test('a clock that is set back holds up no checkpoint', async () => {
  const store = await storeWithDevice();
  const dir = await tempDir();
  const journal = await openJournal(dir);
  let now = 1_772_323_200_000;
  const loop = await startLoop({ store, journal, dir, checkpointEveryMs: 1, clock: { now: () => now } });
  now -= 3_600_000;
  await appendFrames(journal, 1, () => ({ deviceId: 'd1', payload: '{"level":5}' }));
  await expect.poll(() => getCheckpoint(store, 'rules.state', 0)).toBe(1);
  await loop.stop();
});

test('an old reading raises an alarm, and people are called for it when it lasts: not when its device goes on to say that it was over', async () => {
  const store = await storeWithDevice('d2');
  const dir = await tempDir();
  const journal = await openJournal(dir);
  const told: string[] = [];
  const given = {
    store,
    journal,
    dir,
    respond: async (_: unknown, transitions: readonly AlarmTransition[]) =>
      void told.push(...transitions.map(({ kind, alarm }) => `${kind} ${alarm.deviceId}`)),
  };
  const loop = await startLoop(given);
  const now = 1_772_323_200_000;
  const hour = 3_600_000;
  const send = (deviceId: string, at: number, level: number, second: number) =>
    appendFrames(journal, 1, () => {
      return { deviceId, payload: JSON.stringify({ time: now + at, level }), receivedAt: now + second * 1000 };
    });
  const tick = (second: number) =>
    new Promise<void>((resolve) => journal.append(0, { kind: 'tick', at: now + second * 1000 }, () => resolve()));
  // Both were under water hours ago. One tells a moment later that it was over, the other has nothing more to tell.
  await send('d1', -3 * hour, 20, 0);
  await send('d2', -3 * hour, 20, 0);
  await tick(5);
  await send('d1', -2 * hour, 5, 6);
  await tick(9);
  await expect.poll(() => ledger(store)).toEqual(['raised', 'raised', 'cleared']);
  await expect.poll(() => committed(store)).toBe(4);
  expect(told).toEqual(['cleared d1']);
  await loop.stop();

  const next = await startLoop(given);
  await tick(10);
  await expect.poll(() => told).toEqual(['cleared d1', 'raised d2']);
  // With a reading of now they are called at once, and once only.
  await send('d1', -hour, 20, 11);
  await send('d1', 0, 20, 12);
  await tick(30);
  await expect.poll(() => told).toEqual(['cleared d1', 'raised d2', 'raised d1']);
  await expect.poll(() => alarms(store)).toMatchObject([{ active: 0 }, { callOwed: 0 }, { callOwed: 0 }]);
  await next.stop();
  expect(told).toHaveLength(3);
});

test('after a restart a device that counts others is judged for what one of them says before the first tick', async () => {
  const store = await storeWithDevice('d2');
  const dir = await tempDir();
  const journal = await openJournal(dir);
  const counting = deviceType({
    channels: { level: 'cm' },
    rules: [{ name: 'both', levels: [{ severity: 'red', when: 'devices(grid, level > 10 cm) >= 2' }] }],
  });
  const fold = () => new Fold(rulesByType(new Map([[counting.id, compileType(counting)]])));
  const says = (deviceId: string, second: number) =>
    appendFrames(journal, 1, () => {
      return { deviceId, payload: '{"level":12}', receivedAt: 1_772_323_200_000 + second * 1000 };
    });
  const first = await startLoop({ store, journal, dir, fold: fold() });
  await appendTicks(journal, 1);
  await says('d1', 1);
  await expect.poll(() => first.offset).toBe(2);
  await first.stop();

  const second = await startLoop({ store, journal, dir, fold: fold() });
  await says('d2', 2);
  await expect.poll(async () => (await alarms(store)).map(({ deviceId }) => deviceId).sort()).toEqual(['d1', 'd2']);
  await second.stop();
});
