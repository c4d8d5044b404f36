import { onTestFinished } from 'vitest';
import { openJournalWriter } from '../../src/journal/writer.ts';
import type { HistorianFunctions, HostFunctions, ThreadData } from '../../src/roles/messages.ts';
import { dataFiles } from '../../src/settings/data-files.ts';
import { Settings } from '../../src/settings/schema.ts';
import { createLogger } from '../../src/shared/logger.ts';
import { type StartedWorker, startWorker } from '../../src/shared/worker.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openStore } from '../../src/store/open.ts';
import { appendFrames } from '../support/append-frames.ts';
import { tempDir } from '../support/temp-dir.ts';

/** Received time of the first frame; the others follow, one a second over all devices. */
export const start = 1_772_323_200_000;

/** A town of flood gauges with a real journal and store, in which historian threads can be started and ended. */
export async function townOfGauges(devices: readonly string[], telemetry: Settings['telemetry']) {
  const dataDir = await tempDir();
  const settings: Settings = { ...Settings.parse({}), dataDir, telemetry, log: { level: 'silent', format: 'json' } };
  const files = dataFiles(settings);
  const store = await openStore(files.store);
  await migrate(store);
  const grid = { tier: 'grid', parentId: null, nameZh: '网格', nameEn: 'Grid', polygonJson: '{}' } as const;
  await store
    .insertInto('area')
    .values({ id: 'grid-1', ...grid })
    .execute();
  const addDevice = async (id: string, type = 'flood-gauge') => {
    const place = { latitude: 31.2, longitude: 121.4, gridId: 'grid-1' };
    const row = {
      ...place,
      id,
      type,
      name: id,
      state: 'active',
      secretSalt: '',
      secretHash: '',
      createdAt: 0,
    } as const;
    await store.insertInto('device').values(row).execute();
  };
  for (const id of devices) await addDevice(id);
  const log = createLogger('silent');
  const journal = await openJournalWriter({ dir: files.journal, segmentBytes: 1_048_576, keepMs: 1e9, log });

  const threads: StartedWorker<HistorianFunctions>[] = [];
  onTestFinished(async () => {
    for (const thread of threads) await thread.terminate();
    await journal.close();
    await store.destroy();
  });
  let frames = 0;
  return {
    store,
    journal,
    addDevice,
    startHistorian: () => {
      const data: ThreadData = { settings, journalProgress: journal.progress };
      const url = new URL('../../src/roles/historian.ts', import.meta.url);
      const thread = startWorker<HistorianFunctions, HostFunctions>(url, data, {
        feedChanged: () => {},
        canaryNotified: () => {},
      });
      threads.push(thread);
      return thread;
    },
    /** Each gauge in turn sends its level, which is the number of the frame modulo 500. */
    send: async (count: number) => {
      const first = frames;
      frames += count;
      await appendFrames(journal, count, (i) => ({
        deviceId: devices[(first + i) % devices.length]!,
        payload: JSON.stringify({ level: (first + i) % 500, battery: 96 }),
        receivedAt: start + (first + i) * 1000,
      }));
    },
    sent: () => frames,
  };
}

type Town = Awaited<ReturnType<typeof townOfGauges>>;

/** What is kept of each frame that was sent: how often its reading is there, and whether it is the right one. */
export async function missingOrWrong(town: Town, historian: StartedWorker<HistorianFunctions>, devices: string[]) {
  const wrong: string[] = [];
  const range = { from: start, to: start + town.sent() * 1000, stepMs: 1000 };
  for (const [index, deviceId] of devices.entries()) {
    const buckets = await historian.remote.range({ deviceId, channel: 'level', ...range });
    const byTime = new Map(buckets.map((bucket) => [bucket.at, bucket]));
    for (let frame = index; frame < town.sent(); frame += devices.length) {
      const bucket = byTime.get(start + frame * 1000);
      if (bucket?.count !== 1 || bucket.mean !== frame % 500) wrong.push(`${deviceId} ${frame}`);
      byTime.delete(start + frame * 1000);
    }
    for (const at of byTime.keys()) wrong.push(`${deviceId} has too much at ${at}`);
  }
  return wrong;
}
