import { setTimeout as timer } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { decodeLimits } from '../devices/decode.ts';
import { loadDeviceTypes } from '../devices/registry.ts';
import { embeddedPartition } from '../journal/partition-of.ts';
import { pastDamage } from '../journal/past-damage.ts';
import { openJournalReader } from '../journal/reader.ts';
import { dataFiles } from '../settings/data-files.ts';
import { steadyClock, systemClock } from '../shared/clock.ts';
import type { Logger } from '../shared/logger.ts';
import { Repeating } from '../shared/repeating.ts';
import { openStore } from '../store/open.ts';
import { moveLog } from '../store/sqlite.ts';
import { createTelemetry } from '../telemetry/create.ts';
import { windowStore } from '../telemetry/influxdb/window-store.ts';
import { writerMetrics } from '../telemetry/metrics.ts';
import { keepInShape } from '../telemetry/upkeep.ts';
import { TelemetryWriter } from '../telemetry/writer.ts';
import { DeviceDirectory } from './device-directory.ts';
import { FrameReadings } from './frame-readings.ts';
import { HistorianPlace } from './historian-place.ts';
import type { HistorianFunctions, ThreadData } from './messages.ts';
import { ReplayWriter } from './replay/replay-writer.ts';

/** Name of the historian's offset in the store. */
const consumer = 'telemetry';
/** Entries that are still to be copied before the store is kept in shape: some seconds' worth. */
const backlog = 10_000;
/** How often the store's write-ahead log is moved into its file: here, where nobody waits. */
const moveLogEveryMs = 1_000;
/** A store that hangs must not hold up the end; what it has not taken by then is written after the next start. */
const stopWithinMs = 5000;

/** Composes the historian and starts to write; the store must have its tables. `stop()` closes everything. */
export async function startHistorian(
  { settings, journalProgress }: ThreadData,
  log: Logger,
): Promise<HistorianFunctions> {
  const files = dataFiles(settings);
  const store = await openStore(files.store);
  const storeForLater = await openStore(files.store, { durable: 'later' });
  const openReader = async () => {
    const place = { dir: files.journal, partition: embeddedPartition, progress: journalProgress };
    return pastDamage(await openJournalReader(place), log);
  };
  const journal = await openReader();

  const devices = new DeviceDirectory(store);
  await devices.load();
  const frames = new FrameReadings({
    devices,
    // What is broken in a device type is said by the engine, which reads the same folders.
    deviceTypes: loadDeviceTypes(settings.devicesDir).types,
    limits: decodeLimits(settings.intake),
    log,
  });

  const registry = new Registry();
  const metrics = writerMetrics(registry, () => writer.lag);
  const telemetry = createTelemetry({
    settings: settings.telemetry,
    dataDir: settings.dataDir,
    windows: windowStore(store),
    clock: systemClock,
    log,
    onRefused: (lines) => metrics.refused.inc(lines.length),
  });
  const place = new HistorianPlace({
    store,
    storeForLater,
    consumer,
    partition: embeddedPartition,
    steady: steadyClock,
  });
  const writer: TelemetryWriter = new TelemetryWriter({
    journal,
    telemetry,
    addReadings: (frame, into) => frames.add(frame, into),
    checkpoint: place,
    metrics,
    log,
  });

  const replays = new ReplayWriter({
    store,
    openReader,
    liveOffset: () => writer.offset,
    telemetry,
    addReadings: (frame, into) => frames.add(frame, into),
    maxFutureMs: settings.intake.maxFuture,
    clock: systemClock,
    log,
  });

  const stopping = new AbortController();
  const running = writer.run(stopping.signal);
  const isBusy = () => writer.lag >= backlog;
  const moving = new Repeating("moving the store's log", moveLogEveryMs, log, () => moveLog(store));
  const keeping = keepInShape({ telemetry, isBusy, log }, stopping.signal);

  return {
    range: (query) => telemetry.range(query),
    latest: (deviceId, channels) => telemetry.latest(deviceId, channels),
    devicesChanged: async (ids) => void (await devices.reload(ids)),
    metrics: () => registry.getMetricsAsJSON(),
    status: async () => ({
      offset: place.settled,
      end: journal.end(),
      trouble: writer.trouble,
      handled: writer.offset,
      handledAt: writer.handledAt,
      troubles: [],
    }),
    async stop() {
      stopping.abort();
      const ended = Promise.all([running, keeping, replays.stop(), moving.stop()]);
      await Promise.race([ended, timer(stopWithinMs, undefined, { ref: false })]);
      await telemetry.close();
      await journal.close();
      await Promise.all([store.destroy(), storeForLater.destroy()]);
    },
  };
}
