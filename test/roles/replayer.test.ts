import { Registry } from 'prom-client';
import { expect, onTestFinished, test } from 'vitest';
import type { AlarmTransition } from '../../src/alarms/ledger.ts';
import type { JournalReader, JournalWriter } from '../../src/journal/port.ts';
import { openJournalReader } from '../../src/journal/reader.ts';
import { openJournalWriter } from '../../src/journal/writer.ts';
import type { DeviceType } from '../../src/model/device-type.ts';
import type { ReplayJudged } from '../../src/model/replay.ts';
import { DeviceDirectory } from '../../src/roles/device-directory.ts';
import { EngineLoop } from '../../src/roles/engine-loop.ts';
import { Replayer } from '../../src/roles/replay/replayer.ts';
import { compileType } from '../../src/rules/compile.ts';
import { Fold } from '../../src/rules/fold.ts';
import { rulesByType } from '../../src/rules/rules-of.ts';
import { steadyClock } from '../../src/shared/clock.ts';
import { createLogger } from '../../src/shared/logger.ts';
import { StageSeconds } from '../../src/shared/stage-seconds.ts';
import type { Store } from '../../src/store/open.ts';
import { requestReplay } from '../../src/store/replays.ts';
import { deviceType, type RuleUnderTest } from '../rules/support.ts';
import { tempStore } from '../store/temp-store.ts';
import { tempDir } from '../support/temp-dir.ts';
import { addDevices } from './started-loop.ts';

const log = createLogger('silent');
const t0 = 1_772_323_200_000;
const minute = 60_000;
const patient = { timeout: 20_000 };

/** A gauge that can measure up to `max`; a wrong one quarantines what is more. */
function gauge(max: number, rules: RuleUnderTest[] = [highWater]): DeviceType {
  const type = deviceType({ channels: { level: 'cm' }, baseline: ['level'], rules });
  const channels = type.channels.map((channel) => ({ ...channel, max }));
  return { ...type, channels, channelByName: new Map(channels.map((channel) => [channel.name, channel])) };
}
const highWater: RuleUnderTest = { name: 'high', levels: [{ severity: 'red', when: 'level > 30 cm' }] };

async function setUp() {
  const { store } = await tempStore();
  await addDevices(store, 'test-type', ['d1', 'd2'], t0);
  const dir = await tempDir();
  const journal = await openJournalWriter({ dir, segmentBytes: 1_000_000, keepMs: 1e12, log });
  onTestFinished(() => journal.close());
  return { store, dir, journal };
}

interface Given {
  store: Store;
  dir: string;
  journal: JournalWriter & { progress: SharedArrayBuffer };
  type: DeviceType;
  /** The time of the engine, for what is old. */
  now?: number;
  respond?: (transitions: readonly AlarmTransition[]) => Promise<void>;
  /** Is waited for before each read of what is judged again. */
  beforeReplayReads?: (offset: number) => Promise<void>;
}

/** The engine with what judges again beside it, as start-engine composes them. */
async function startEngine({ store, dir, journal, type, now = t0, ...given }: Given) {
  const { respond = async () => {}, beforeReplayReads = async () => {} } = given;
  const devices = new DeviceDirectory(store);
  await devices.load();
  const openReader = () => openJournalReader({ dir, partition: 0, progress: journal.progress });
  const reader = await openReader();
  const types = new Map([[type.id, compileType(type)]]);
  const fold = new Fold(rulesByType(types), 300_000);
  const registry = new Registry();
  const common = {
    store,
    partition: 0,
    deviceTypes: new Map([[type.id, type]]),
    devices,
    fold,
    limits: { maxFutureMs: 300_000, maxAgeMs: 1e15 },
    respond: async (_tx: unknown, transitions: readonly AlarmTransition[]) => await respond(transitions),
    onFeed: () => {},
    clock: { now: () => now },
    log,
  };
  const replays: Replayer = new Replayer({
    ...common,
    rules: { rulesOf: rulesByType(types), asOf: () => rulesByType(types), of: () => rulesByType(types) },
    callWithinMs: 15 * minute,
    openReader: async () => {
      const own = await openReader();
      const read: JournalReader['read'] = async (offset, ...rest) => {
        await beforeReplayReads(offset);
        return await own.read(offset, ...rest);
      };
      return { ...boundTo(own), read };
    },
    liveOffset: () => loop.offset,
  });
  const loop: EngineLoop = new EngineLoop({
    ...common,
    reader,
    replays,
    steady: steadyClock,
    callWithinMs: 900_000,
    checkpointEveryMs: 1e9,
    registry,
    stages: new StageSeconds(registry),
  });
  await loop.start();
  return async () => {
    await replays.stop();
    await loop.stop();
    await reader.close();
  };
}

function boundTo(reader: JournalReader): Omit<JournalReader, 'read'> {
  return {
    start: () => reader.start(),
    end: () => reader.end(),
    offsetAt: (at) => reader.offsetAt(at),
    close: () => reader.close(),
  };
}

async function send(journal: JournalWriter, deviceId: string, at: number, payload: object): Promise<void> {
  const frame = {
    deviceId,
    topic: `tocsin/v1/${deviceId}/up`,
    via: 'mqtt' as const,
    receivedAt: at,
    payload: Buffer.from(JSON.stringify(payload)),
  };
  await new Promise<void>((resolve, reject) => {
    journal.append(0, { kind: 'frame', frame }, (error) => (error ? reject(error) : resolve()));
  });
}

/** Levels a minute apart. */
async function levels(journal: JournalWriter, deviceId: string, from: number, values: number[]): Promise<void> {
  for (const [i, level] of values.entries()) await send(journal, deviceId, from + i * minute, { level });
}

const ask = async (store: Store, more: Partial<Parameters<typeof requestReplay>[1]> = {}) =>
  await requestReplay(store, {
    fromAt: t0,
    deviceId: null,
    deviceType: 'test-type',
    dryRun: false,
    byPersonId: null,
    at: t0 + 60 * minute,
    ...more,
  });

async function judged(store: Store, id: number): Promise<ReplayJudged> {
  const read = async () =>
    (await store.selectFrom('replay').select('judgedJson').where('id', '=', id).executeTakeFirst())?.judgedJson;
  await expect.poll(read, patient).toBeTruthy();
  return JSON.parse((await read())!) as ReplayJudged;
}

const alarms = async (store: Store) =>
  await store.selectFrom('alarm').selectAll().orderBy('raisedAt').orderBy('deviceId').execute();
const ledger = async (store: Store) =>
  (await store.selectFrom('alarmChange').select('kind').orderBy('seq').execute()).map(({ kind }) => kind);
const folded = async (store: Store, offset: number) =>
  await expect
    .poll(
      async () =>
        (await store.selectFrom('checkpoint').selectAll().where('consumer', '=', 'rules').executeTakeFirst())?.offset,
      patient,
    )
    .toBe(offset);

test('a replay whose commit fails has changed nothing, and is done once when the store takes it', async () => {
  const given = await setUp();
  const { store, journal } = given;
  const stop = await startEngine({ ...given, type: gauge(10) });
  await levels(journal, 'd1', t0, [5, 40, 41, 5]);
  await folded(store, 2 + 1);
  await stop();

  let failures = 2;
  const stopAgain = await startEngine({
    ...given,
    type: gauge(1000),
    now: t0 + 5 * minute,
    respond: async () => {
      if (failures-- > 0) throw new Error('disk full');
    },
  });
  const id = await ask(store);
  expect(await judged(store, id)).toMatchObject({ frames: 4, resolved: 2, raisedLate: 1, retracted: 0, corrected: 0 });
  expect(failures).toBeLessThan(0);
  expect(await alarms(store)).toMatchObject([{ raisedAt: t0 + minute, clearedAt: t0 + 3 * minute, count: 2 }]);
  expect(await ledger(store)).toEqual(['raised', 'cleared']);
  const unresolved = store.selectFrom('quarantine').selectAll().where('replayId', 'is', null);
  expect(await unresolved.execute()).toEqual([]);
  await stopAgain();
});

test('people are called at once for what is active and new, and for what is old as soon as it is heard to go on', async () => {
  const given = await setUp();
  const { store, journal } = given;
  const stop = await startEngine({ ...given, type: gauge(10) });
  await levels(journal, 'd1', t0, [5, 40]);
  await levels(journal, 'd2', t0 + 40 * minute, [5, 40]);
  await folded(store, 4);
  await stop();

  const told: string[] = [];
  const stopAgain = await startEngine({
    ...given,
    type: gauge(1000),
    now: t0 + 45 * minute,
    respond: async (transitions) => void told.push(...transitions.map((one) => `${one.kind} ${one.alarm.deviceId}`)),
  });
  await judged(store, await ask(store));
  expect(told).toEqual(['raised d2']);
  expect(await alarms(store)).toMatchObject([
    { deviceId: 'd1', active: 1, callOwed: 1 },
    { deviceId: 'd2', active: 1, callOwed: 0 },
  ]);
  await send(journal, 'd1', t0 + 46 * minute, { level: 42 });
  await expect.poll(() => told, patient).toEqual(['raised d2', 'raised d1']);
  expect(await alarms(store)).toMatchObject([{ deviceId: 'd1', callOwed: 0, count: 2 }, { deviceId: 'd2' }]);
  await stopAgain();
});

test('a dry run says what it would correct and changes nothing', async () => {
  const given = await setUp();
  const { store, journal } = given;
  const stop = await startEngine({ ...given, type: gauge(10) });
  await levels(journal, 'd1', t0, [5, 40, 41, 5]);
  await folded(store, 3);
  await stop();

  const stopAgain = await startEngine({ ...given, type: gauge(1000), now: t0 + 5 * minute });
  const id = await ask(store, { dryRun: true });
  expect(await judged(store, id)).toMatchObject({ raisedLate: 1, resolved: 2 });
  expect(await alarms(store)).toEqual([]);
  expect(await store.selectFrom('quarantine').selectAll().where('replayId', 'is not', null).execute()).toEqual([]);
  const { state } = await store.selectFrom('replay').select('state').where('id', '=', id).executeTakeFirstOrThrow();
  expect(state).toBe('done');
  await stopAgain();
});

test('an alarm that began at another moment is one alarm that is corrected, and goes on under its own id', async () => {
  const given = await setUp();
  const { store, journal } = given;
  const stop = await startEngine({ ...given, type: gauge(45) });
  // The first two readings of the flood could not be decoded.
  await levels(journal, 'd1', t0, [5, 60, 50, 40, 41]);
  await expect.poll(() => ledger(store), patient).toEqual(['raised']);
  const [before] = await alarms(store);
  await stop();

  const stopAgain = await startEngine({ ...given, type: gauge(1000), now: t0 + 5 * minute });
  expect(await judged(store, await ask(store))).toMatchObject({ raisedLate: 0, retracted: 0, corrected: 1 });
  const corrected = { id: before!.id, raisedAt: t0 + minute, count: 4, active: 1, correction: 'corrected' };
  expect(await alarms(store)).toMatchObject([corrected]);
  await levels(journal, 'd1', t0 + 5 * minute, [42, 3]);
  await expect.poll(() => ledger(store), patient).toEqual(['raised', 'corrected', 'cleared']);
  expect(await alarms(store)).toMatchObject([{ ...corrected, active: 0, count: 5, clearedAt: t0 + 6 * minute }]);
  // Once more: it is as it should be.
  expect(await judged(store, await ask(store))).toMatchObject({ raisedLate: 0, retracted: 0, corrected: 0 });
  await stopAgain();
});

test('alarms of a rule that goes by the baseline, and what the baseline has learnt, stay as they are', async () => {
  const given = await setUp();
  const { store, journal } = given;
  const unusual: RuleUnderTest = {
    name: 'unusual',
    levels: [{ severity: 'blue', when: 'baseline(level).score > 0.966 || level > 900 cm' }],
  };
  const type = gauge(1000, [highWater, unusual]);
  const stop = await startEngine({ ...given, type });
  await levels(journal, 'd1', t0, [5, 950]);
  await expect.poll(async () => (await alarms(store)).length, patient).toBe(2);
  await stop();
  const baseline = async () =>
    await store.selectFrom('foldState').selectAll().where('key', '=', 'baseline/d1/level').executeTakeFirst();
  const learnt = await baseline();

  // 950 was wrong: it cannot be decoded any more.
  const stopAgain = await startEngine({ ...given, type: gauge(500, [highWater, unusual]), now: t0 + 5 * minute });
  expect(await judged(store, await ask(store))).toMatchObject({ retracted: 1, leftAlone: 1, stillWrong: 1 });
  expect((await alarms(store)).map((alarm) => [alarm.ruleId, alarm.active, alarm.correction]).sort()).toEqual([
    ['test-type/high', 0, 'retracted'],
    ['test-type/unusual', 1, null],
  ]);
  expect(await baseline()).toEqual(learnt);
  await stopAgain();
});

test('while frames are judged again, what comes in is judged, and the replay goes on to where that has got', async () => {
  const given = await setUp();
  const { store, journal } = given;
  const type = gauge(1000);
  const stop = await startEngine({ ...given, type });
  const many = 4_000;
  await Promise.all(
    Array.from({ length: many }, (_, i) => send(journal, 'd1', t0 + i * 100, { time: t0 + i * 100, level: 5 })),
  );
  await stop();
  const halfWay = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const stopAgain = await startEngine({
    ...given,
    type,
    now: t0 + 30 * minute,
    beforeReplayReads: async (offset) => {
      if (offset < many / 2) return;
      halfWay.resolve();
      await goOn.promise;
    },
  });
  const id = await ask(store);
  await halfWay.promise;
  await send(journal, 'd2', t0 + 30 * minute, { level: 40 });
  await expect.poll(async () => (await alarms(store)).length, patient).toBe(1);
  goOn.resolve();
  expect(await judged(store, id)).toMatchObject({ frames: many + 1, raisedLate: 0, retracted: 0, corrected: 0 });
  await stopAgain();
});
