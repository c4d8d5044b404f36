import { Registry } from 'prom-client';
import { onTestFinished } from 'vitest';
import { openJournalReader } from '../../src/journal/reader.ts';
import type { DeviceType } from '../../src/model/device-type.ts';
import { DeviceDirectory } from '../../src/roles/device-directory.ts';
import { EngineLoop, type EngineOptions } from '../../src/roles/engine-loop.ts';
import { compileType } from '../../src/rules/compile.ts';
import { Fold } from '../../src/rules/fold.ts';
import { rulesByType } from '../../src/rules/rules-of.ts';
import { steadyClock, systemClock } from '../../src/shared/clock.ts';
import { createLogger } from '../../src/shared/logger.ts';
import { StageSeconds } from '../../src/shared/stage-seconds.ts';
import type { Store } from '../../src/store/open.ts';

/** Puts a grid `g1` and devices of a type in it into a store. */
export async function addDevices(store: Store, type: string, ids: readonly string[], createdAt = 0): Promise<void> {
  await store
    .insertInto('area')
    .values({ id: 'g1', tier: 'grid', parentId: null, nameZh: '格', nameEn: 'g', polygonJson: '{}' })
    .execute();
  const place = { latitude: 30, longitude: 104, gridId: 'g1', state: 'active' as const };
  const rows = ids.map((id) => ({ id, type, name: id, ...place, secretSalt: '', secretHash: '', createdAt }));
  await store.insertInto('device').values(rows).execute();
}

interface Given extends Partial<Pick<EngineOptions, 'fold' | 'respond' | 'checkpointEveryMs' | 'clock'>> {
  store: Store;
  journal: { progress: SharedArrayBuffer };
  dir: string;
  type: DeviceType;
}

/** An engine over a store and a journal, with one device type; it answers alarms with nothing, and keeps no checkpoint. */
export async function startLoop({ store, journal, dir, type, ...given }: Given): Promise<EngineLoop> {
  const devices = new DeviceDirectory(store);
  await devices.load();
  const reader = await openJournalReader({ dir, partition: 0, progress: journal.progress });
  onTestFinished(() => reader.close());
  const registry = new Registry();
  const loop = new EngineLoop({
    store,
    reader,
    partition: 0,
    deviceTypes: new Map([[type.id, type]]),
    devices,
    fold: new Fold(rulesByType(new Map([[type.id, compileType(type)]]))),
    limits: { maxFutureMs: 300_000, maxAgeMs: 1e15 },
    callWithinMs: 900_000,
    checkpointEveryMs: 1e9,
    respond: async () => {},
    onFeed: () => {},
    clock: systemClock,
    steady: steadyClock,
    log: createLogger('silent'),
    registry,
    stages: new StageSeconds(registry),
    ...given,
  });
  await loop.start();
  return loop;
}
