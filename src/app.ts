import { FeedHub } from './api/feed/hub.ts';
import { loadDeviceTypes } from './devices/registry.ts';
import { startGateway } from './ingest/gateway.ts';
import { createInternalDevices, withInternal } from './ingest/internal-devices.ts';
import { devicesOfStore } from './ingest/known-devices.ts';
import { PacedJournal } from './ingest/limits/paced-journal.ts';
import { embeddedPartition } from './journal/partition-of.ts';
import { Releasing } from './journal/releasing.ts';
import { giveUpReserve } from './journal/reserve.ts';
import { openJournalWriter } from './journal/writer.ts';
import { canaryDevice } from './model/internal.ts';
import { fitCheckpoints } from './roles/fit-checkpoints.ts';
import { Flows } from './roles/flows.ts';
import { recordFolderRules } from './roles/folder-rules.ts';
import { mqttDoor } from './roles/gateway-processes.ts';
import { hearCanary } from './roles/hear-canary.ts';
import type { HostFunctions, ThreadData } from './roles/messages.ts';
import { RuleAnnouncer } from './roles/rule-announcer.ts';
import { startApi } from './roles/start-api.ts';
import { startEngineThread, startHistorianThread } from './roles/threads.ts';
import { TryoutThread } from './roles/tryouts/tryouts.ts';
import { WordAnnouncer } from './roles/word-announcer.ts';
import { ruleProblems } from './rules/rule-problems.ts';
import { dataFiles } from './settings/data-files.ts';
import type { Settings } from './settings/schema.ts';
import { steadyClock, systemClock } from './shared/clock.ts';
import { forwardClock } from './shared/forward-clock.ts';
import type { Logger } from './shared/logger.ts';
import { Signal } from './shared/signal.ts';
import { wrongBeyondMs } from './shared/wrong-beyond.ts';
import { keepRoom } from './store/keep-room.ts';
import { migrate } from './store/migrate.ts';
import { openStore } from './store/open.ts';
import { canaryConnect } from './watch/canary/connect.ts';
import { startWatch, type Watch } from './watch/watch.ts';

export interface App {
  /** Addresses as bound, for people and tests. */
  urls: { console: string; mqtt: string };
  /** Resolves with the reason when a part has died and the process should be started again. */
  failed: Promise<string>;
  stop(): Promise<void>;
}

/** Kept free for the moment when the disk is full; a start takes less. */
const reserveBytes = 32 * 1024 * 1024;

/** The pipeline, written down once: the first file to read. Data goes from top to bottom. */
export async function startApp(settings: Settings, log: Logger): Promise<App> {
  const clock = systemClock;
  const files = dataFiles(settings);
  const { types: deviceTypes, problems } = loadDeviceTypes(settings.devicesDir);

  // A disk that is full must not keep alarms from starting.
  await giveUpReserve(files.journal, reserveBytes, log);

  // What people and devices are, and what happened to alarms: alarms, cases, people, devices, audit.
  const store = await openStore(files.store);
  await migrate(store);

  // Every frame, durable before it is acknowledged, in one order.
  const journal = await openJournalWriter({
    dir: files.journal,
    segmentBytes: settings.journal.segmentBytes,
    keepMs: settings.journal.keep,
    maxBytes: settings.journal.maxBytes,
    reserveBytes,
    consumers: ['engine', 'telemetry'],
    log,
    clock,
  });
  await fitCheckpoints(journal, store, log);
  // After the journal, which needs less, so that it is open before the last of the disk is kept for alarms.
  await keepRoom(store, 'at the start').catch((error) =>
    log.warn({ err: error }, 'the disk has no room to keep for the store'),
  );

  // Frames come in no faster, in the long run, than they are judged.
  const paced = new PacedJournal({ journal, maxBehindMs: settings.intake.maxBehind, log });

  // Rules are versions in the store; from which entry of the journal on one holds, the journal says.
  await recordFolderRules(store, settings.devicesDir, deviceTypes, clock);
  const rules = new RuleAnnouncer({ store, journal, clock, log });
  await rules.announce();
  const words = new WordAnnouncer({ store, journal, clock, log });

  // devices → MQTT, HTTP → journal → PUBACK, 2xx; MQTT in several processes where one may not have enough files open
  const internal = createInternalDevices();
  const gateway = await startGateway({
    settings,
    devices: withInternal(devicesOfStore(store), internal.known),
    journal: paced,
    deviceTypes,
    clock: forwardClock(clock, steadyClock, wrongBeyondMs(settings.intake.maxFuture)),
    log,
    openDoor: mqttDoor(settings),
  });

  // journal → decode → rules → alarms → response → notify, in a thread with its own offset
  const feed = new Signal();
  let watch: Watch | undefined;
  const host: HostFunctions = {
    feedChanged: () => feed.changed(),
    canaryNotified: (beat) => watch?.canaryNotified(beat),
  };
  const data: ThreadData = { settings, journalProgress: journal.progress };
  const engine = startEngineThread(data, host);

  // journal → decode → telemetry, in a thread with its own offset
  const historian = startHistorianThread(data, host);
  const releasing = new Releasing(journal, { engine: engine.remote, telemetry: historian.remote }, log);

  // store → live feed → people
  const liveFeed = new FeedHub({ store, deviceTypes, clock, log, feed });

  // Beside all of it: is Tocsin itself well, and does an alarm still come through?
  watch = await startWatch({
    settings,
    store: await openStore(files.store),
    engine: engine.remote,
    historian: historian.remote,
    journalEnd: () => journal.end(embeddedPartition),
    others: [journal, paced, gateway],
    measuring: [gateway.metrics, engine.remote.metrics],
    canary: {
      connect: canaryConnect(settings.mqtt.host, gateway.ports, internal.secrets.get(canaryDevice.id)!),
      listen: hearCanary(liveFeed),
    },
    show: (troubles) => liveFeed.tellSystem({ troubles: [...troubles] }),
    clock,
    steady: steadyClock,
    log,
  });

  // journal, telemetry → rules that are tried on the past, in a thread of their own when somebody asks
  const tryouts = new TryoutThread({ ...data, range: historian.remote.range, clock });

  // store, telemetry → API, console, live feed → people; and Node-RED, which calls the API like a person
  const flows = new Flows({ settings, store, clock, log });
  const { api, address } = await startApi({
    settings,
    store,
    deviceTypes,
    clock,
    log,
    gateway,
    engine: engine.remote,
    historian: historian.remote,
    tryouts,
    feed,
    liveFeed,
    system: watch.state,
    announceRules: () => rules.announce(),
    announceWords: () => words.announce(),
    flows,
    leftOut: [...problems.map((problem) => problem.message), ...ruleProblems(deviceTypes)],
    measuring: [
      gateway.metrics,
      () => journal.registry.getMetricsAsJSON(),
      engine.remote.metrics,
      historian.remote.metrics,
      watch.metrics,
    ],
  });
  flows.start(address);

  return {
    urls: { console: address, mqtt: `mqtt://${settings.mqtt.host}:${gateway.ports.mqtt}` },
    failed: Promise.race([
      engine.ended.then((how) => `the engine thread ended: ${how}`),
      historian.ended.then((how) => `the historian thread ended: ${how}`),
    ]),
    // From the doors inwards, so that what has come in is finished.
    async stop() {
      await watch.stop();
      await flows.close();
      await gateway.close();
      await api.close();
      await tryouts.stop();
      await words.stop();
      await rules.stop();
      paced.close();
      await releasing.stop();
      // A thread that has died cannot be asked; the next start goes on from its last checkpoint.
      await Promise.allSettled([engine.remote.stop(), historian.remote.stop()]);
      await Promise.all([engine.terminate(), historian.terminate()]);
      await journal.close();
      await store.destroy();
    },
  };
}
