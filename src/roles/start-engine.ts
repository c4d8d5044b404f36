import type { Transaction } from 'kysely';
import { Registry } from 'prom-client';
import type { AlarmTransition } from '../alarms/ledger.ts';
import { decodeLimits } from '../devices/decode.ts';
import { loadDeviceTypes } from '../devices/registry.ts';
import { embeddedPartition } from '../journal/partition-of.ts';
import { pastDamage } from '../journal/past-damage.ts';
import { Progress } from '../journal/progress.ts';
import { openJournalReader } from '../journal/reader.ts';
import { webhookChannel } from '../notify/channels/webhook/channel.ts';
import { webhookChannelName } from '../notify/channels/webhook/intents.ts';
import { deliverDue, endLongWaits, giveUpOld, takeBackUnfinished } from '../notify/deliver.ts';
import { loadAreas } from '../response/areas.ts';
import type { ResponseContext } from '../response/context.ts';
import { escalateDue } from '../response/escalate.ts';
import { Fold } from '../rules/fold.ts';
import type { AroundOf } from '../rules/language/surroundings.ts';
import { ruleProblems } from '../rules/rule-problems.ts';
import { dataFiles } from '../settings/data-files.ts';
import { steadyClock, systemClock } from '../shared/clock.ts';
import type { Logger } from '../shared/logger.ts';
import { Repeating } from '../shared/repeating.ts';
import { StageSeconds } from '../shared/stage-seconds.ts';
import { unhurriedClock } from '../shared/unhurried-clock.ts';
import { keepRoom } from '../store/keep-room.ts';
import { openStore } from '../store/open.ts';
import type { Database } from '../store/schema.ts';
import { tidyStore } from '../store/tidy-store.ts';
import { canaryChannel, canaryChannelName } from '../watch/canary/notify.ts';
import { withInternalTypes } from '../watch/canary/type.ts';
import { answerAlarms } from './answer-alarms.ts';
import { DeviceDirectory } from './device-directory.ts';
import { EngineLoop } from './engine-loop.ts';
import { LiveRules } from './live-rules.ts';
import type { EngineFunctions, ThreadData } from './messages.ts';
import { Replayer } from './replay/replayer.ts';
import { ShadowFold } from './shadow-fold.ts';
import { sitePlaces } from './site-places.ts';

/** How often SLA clocks and waiting notifications are looked at. */
const everyMs = 1_000;
const tidyEveryMs = 3_600_000;

/** Composes the engine and starts to fold; the store must have its tables. `stop()` closes everything. */
export async function startEngine(
  { settings, journalProgress }: ThreadData,
  host: { onFeed(): void; onCanary(beat: number): void; log: Logger },
): Promise<EngineFunctions> {
  const { log, onFeed, onCanary } = host;
  const clock = systemClock;
  const files = dataFiles(settings);
  const store = await openStore(files.store);
  const storeForLater = await openStore(files.store, { durable: 'later' });
  const openReader = async () => {
    const place = { dir: files.journal, partition: embeddedPartition, progress: journalProgress };
    return pastDamage(await openJournalReader(place), log);
  };
  const reader = await openReader();
  const deviceTypes = withInternalTypes(loadDeviceTypes(settings.devicesDir, log).types);
  for (const problem of ruleProblems(deviceTypes)) log.error(`rule left out: ${problem}`);
  const rules = new LiveRules({ store, types: deviceTypes, log });
  await rules.load();
  const devices = new DeviceDirectory(store);
  await devices.load();

  const response: ResponseContext = {
    areas: await loadAreas(store),
    deviceById: (id) => devices.get(id),
    deviceTypes,
    settings,
  };
  const channels = new Map([
    [webhookChannelName, webhookChannel(store, settings.notify.webhook)],
    [canaryChannelName, canaryChannel(onCanary)],
  ]);
  const registry = new Registry();
  const stages = new StageSeconds(registry);
  // The journal's lock sees to it that there is no other engine.
  await takeBackUnfinished(store);
  const ages = unhurriedClock(clock, steadyClock);
  const outbox = new Repeating('keeping the outbox', everyMs, log, async () => {
    await giveUpOld(store, ages.now());
    await endLongWaits(store, clock.now());
  });
  const delivery = new Repeating('delivery', everyMs, log, async () => {
    await deliverDue(store, clock, channels, ({ receivedAt }) => {
      if (receivedAt !== null) stages.observe('notified', receivedAt, clock.now());
    });
  });
  const announce = () => {
    onFeed();
    delivery.now();
  };

  const progress = new Progress(journalProgress, embeddedPartition);
  const places = sitePlaces(settings);
  places.setAreas(response.areas.values());
  const aroundOf: AroundOf = (device) => places.around(device);
  const fold = new Fold(rules.rulesOf, settings.intake.maxFuture, aroundOf);
  const limits = decodeLimits(settings.intake);
  const answer = (tx: Transaction<Database>, transitions: readonly AlarmTransition[]) =>
    answerAlarms(tx, transitions, response, clock.now());
  const replays: Replayer = new Replayer({
    store,
    partition: embeddedPartition,
    rules,
    deviceTypes,
    devices,
    fold,
    aroundOf,
    limits,
    callWithinMs: settings.alarms.callWithin,
    respond: answer,
    onFeed: announce,
    openReader,
    liveOffset: () => loop.offset,
    clock,
    log,
  });
  const loop: EngineLoop = new EngineLoop({
    store,
    storeForLater,
    reader,
    partition: embeddedPartition,
    deviceTypes,
    devices,
    fold,
    rules,
    shadow: new ShadowFold(rules, settings.intake.maxFuture, aroundOf, log),
    limits,
    callWithinMs: settings.alarms.callWithin,
    checkpointEveryMs: settings.rules.checkpointEvery,
    respond: answer,
    replays,
    onFeed: announce,
    onHandled: (offset) => {
      progress.folded = offset;
    },
    clock,
    steady: steadyClock,
    log,
    registry,
    stages,
  });
  await loop.start();
  const clocks = new Repeating('escalation', everyMs, log, async () => {
    if ((await escalateDue(store, clock.now(), response)) > 0) announce();
  });

  const tidying = new Repeating('tidying the store', tidyEveryMs, log, async () => {
    await tidyStore(store, ages.now());
    await keepRoom(store, 'when it is used');
  });

  return {
    async devicesChanged(ids) {
      if (!(await devices.reload(ids))) return;
      fold.placesChanged();
      await rules.placesChanged();
    },
    async areasChanged() {
      response.areas = await loadAreas(store);
      places.setAreas(response.areas.values());
      fold.placesChanged();
      await rules.placesChanged();
    },
    async baseline(deviceId, channel, times) {
      const device = devices.get(deviceId);
      if (!device) return { band: [], deviation: null };
      return {
        band: fold.normal(device, channel, times),
        borrowedFrom: fold.borrowedFrom(device, channel),
        deviation: fold.deviation(device, channel),
      };
    },
    metrics: () => registry.getMetricsAsJSON(),
    status: async () => loop.status(),
    async stop() {
      await Promise.all([clocks.stop(), outbox.stop(), delivery.stop(), tidying.stop(), replays.stop()]);
      await loop.stop();
      await reader.close();
      await Promise.all([store.destroy(), storeForLater.destroy()]);
    },
  };
}
