import { workerData } from 'node:worker_threads';
import { decodeLimits } from '../../devices/decode.ts';
import { loadDeviceTypes } from '../../devices/registry.ts';
import { embeddedPartition } from '../../journal/partition-of.ts';
import { pastDamage } from '../../journal/past-damage.ts';
import { openJournalReader } from '../../journal/reader.ts';
import type { Device } from '../../model/device.ts';
import { loadAreas } from '../../response/areas.ts';
import type { AroundOf } from '../../rules/language/surroundings.ts';
import type { RuleHistory } from '../../rules/versions/rule-history.ts';
import { dataFiles } from '../../settings/data-files.ts';
import { systemClock } from '../../shared/clock.ts';
import { TocsinError } from '../../shared/errors.ts';
import { createLogger } from '../../shared/logger.ts';
import { stepBack } from '../../shared/step-back.ts';
import { type RemoteFunctions, serveWorker } from '../../shared/worker.ts';
import { openStore } from '../../store/open.ts';
import type { Row } from '../../store/schema.ts';
import { selectIn } from '../../store/select-in.ts';
import { sitePlaces } from '../site-places.ts';
import type { AroundParts } from './asked-around.ts';
import { rulesEver } from './in-force.ts';
import type { TryoutAnswer, TryoutData, TryoutFunctions, TryoutHost } from './messages.ts';
import type { PastParts } from './past-samples.ts';
import { runBacktest } from './run-backtest.ts';
import { runExplain } from './run-explain.ts';

/** The thread that tries rules on what has been kept: behind everything that has to be done now. */
stepBack();
const { settings, journalProgress } = workerData as TryoutData;
const log = createLogger(settings.log.level, settings.log.format).child({ room: 'backtest' });
const store = await openStore(dataFiles(settings).store);
const { types } = loadDeviceTypes(settings.devicesDir);
const cancelled = new Set<number>();

let host: RemoteFunctions<TryoutHost> | undefined;
const range: TryoutHost['range'] = (query) => host!.range(query);

host = serveWorker<TryoutFunctions, TryoutHost>({
  backtest: (id, request) =>
    answered(async (past) =>
      runBacktest(request, {
        ...past,
        book: past.history.at(),
        type: types.get(request.deviceType)!,
        devices: await devicesOf(request.deviceIds),
        rawSince: systemClock.now() - settings.telemetry.retention.raw,
        onProgress: (share) => void host!.progress.asEvent(id, share),
        isCancelled: () => cancelled.has(id),
      }),
    ),
  async cancel(id) {
    cancelled.add(id);
  },
  explain: (request) =>
    answered(async (past) => {
      const [device] = await devicesOf([request.deviceId]);
      if (!device) throw new TocsinError('NOT_FOUND', `There is no device ${request.deviceId} of a known type.`);
      return await runExplain(request, { ...past, device, store, timeZone: settings.response.timeZone });
    }),
  async stop() {
    await store.destroy();
  },
});

/** Local time, calendar and places as the engine knows them. */
async function aroundNow(): Promise<AroundOf> {
  const places = sitePlaces(settings);
  places.setAreas((await loadAreas(store)).values());
  return (device) => places.around(device);
}

async function devicesOf(ids: readonly string[]): Promise<Device[]> {
  return (await selectIn(store, 'device', 'id', ids)).map(asDevice).filter((device) => types.has(device.type));
}

async function devicesOfTypes(ids: readonly string[]): Promise<Device[]> {
  return (await selectIn(store, 'device', 'type', ids)).map(asDevice).filter(({ state }) => state === 'active');
}

function asDevice({ id, type, name, latitude, longitude, gridId, state }: Row<'device'>): Device {
  return { id, type, name, latitude, longitude, gridId, state };
}

/** What is known of the past and of what is around, now. */
type PastNow = PastParts & AroundParts & { history: RuleHistory };

async function answered<T>(work: (past: PastNow) => Promise<T>): Promise<TryoutAnswer<T>> {
  const place = { dir: dataFiles(settings).journal, partition: embeddedPartition, progress: journalProgress };
  const journal = pastDamage(await openJournalReader(place), log);
  try {
    const around = { types, devicesOfTypes, aroundOf: await aroundNow() };
    const history = await rulesEver(store, types, log);
    return { ok: await work({ ...around, history, range, journal, limits: decodeLimits(settings.intake) }) };
  } catch (error) {
    if (error instanceof TocsinError) return { code: error.code, text: error.text };
    log.error({ err: error }, 'trying rules failed');
    const found = error instanceof Error ? error.message : String(error);
    return { code: 'INTERNAL', text: { zh: found, en: found } };
  } finally {
    await journal.close();
  }
}
