import type { SystemTrouble } from '../model/system-alarm.ts';
import { consoleUrl } from '../notify/console-url.ts';
import type { Settings } from '../settings/schema.ts';
import type { Clock } from '../shared/clock.ts';
import type { Logger } from '../shared/logger.ts';
import type { MetricsSource } from '../shared/metrics.ts';
import { Repeating } from '../shared/repeating.ts';
import type { Store } from '../store/open.ts';
import { Canary, type CanaryParts, type CanaryStatus } from './canary/canary.ts';
import { ClockSteps } from './clock-steps.ts';
import { type ConsumerAnswer, type ConsumerState, WatchedConsumer } from './consumer.ts';
import { deliveryTroubles, engineTroubles, telemetryTroubles } from './consumer-troubles.ts';
import { Heartbeat, type HeartbeatBody, type HeartbeatStatus } from './heartbeat.ts';
import { SystemHistory } from './history.ts';
import { Latencies, type StageLatency } from './latencies.ts';
import { watchMetrics } from './metrics.ts';
import { StoreWatch } from './store-watch.ts';
import { type SystemAlarm, SystemAlarms, type SystemChange } from './system-alarms.ts';
import { TellEndpoints } from './tell-endpoints.ts';

const everyMs = 1_000;

/** A reader of the journal. */
interface Consumer {
  status(): Promise<ConsumerAnswer>;
}

export interface WatchParts {
  settings: Pick<Settings, 'watch' | 'notify' | 'http'>;
  /** A connection of the watch's own; it is closed with the watch. */
  store: Store;
  engine: Consumer;
  historian: Consumer;
  /** Offset after the journal's last durable entry. */
  journalEnd(): number;
  /** Parts that say themselves what is wrong with them. */
  others: readonly { troubles(): readonly SystemTrouble[] }[];
  /** Who measures stages of frames. */
  measuring: readonly MetricsSource[];
  canary: Pick<CanaryParts, 'connect' | 'listen'>;
  /** Shows people at once what is wrong now. */
  show(troubles: readonly SystemAlarm[]): void;
  clock: Clock;
  steady: Clock;
  log: Logger;
}

/** How Tocsin itself is. */
export interface SystemState {
  startedAt: number;
  /** What people have been told of and is not over. */
  troubles: SystemAlarm[];
  consumers: ConsumerState[];
  latencies: StageLatency[];
  canary: CanaryStatus;
  heartbeat: HeartbeatStatus;
}

export interface Watch {
  state(): SystemState;
  /** The intent of a canary alarm has come out of the outbox. */
  canaryNotified(beat: number): void;
  metrics: MetricsSource;
  stop(): Promise<void>;
}

/**
 * Starts to look after Tocsin itself. In the main thread, so that an engine that hangs cannot silence it; what is wrong
 * is known in memory, so that the store cannot either.
 */
export async function startWatch(parts: WatchParts): Promise<Watch> {
  const { settings, store, clock, steady, journalEnd: end } = parts;
  const log = parts.log.child({ room: 'watch' });
  const startedAt = clock.now();
  const engine = new WatchedConsumer({ name: 'engine', ask: () => parts.engine.status(), end, clock, steady });
  const historian = new WatchedConsumer({
    name: 'telemetry',
    ask: () => parts.historian.status(),
    end,
    clock,
    steady,
  });
  const storeWatch = new StoreWatch({ store, webhook: settings.notify.webhook, clock, steady });
  const clockSteps = new ClockSteps(clock, steady);
  const { canaryEvery, canaryWithin, heartbeat: heartbeatSettings } = settings.watch;
  const canary = new Canary({ ...parts.canary, everyMs: canaryEvery, withinMs: canaryWithin, clock, steady, log });
  const latencies = new Latencies(parts.measuring);
  const alarms = new SystemAlarms();
  const history = new SystemHistory(store);
  const endpoints = new TellEndpoints({
    targets: () => storeWatch.targets,
    timeoutMs: settings.notify.webhook.timeout,
    consoleUrl: consoleUrl(settings.http),
    steady,
    log,
  });
  const heartbeat = new Heartbeat({ settings: heartbeatSettings, clock, steady, log });

  alarms.restore(await history.open(), steady.now());

  const state = (): SystemState => ({
    startedAt,
    troubles: alarms.active(),
    consumers: [engine.state(), historian.state(), storeWatch.delivery()],
    latencies: latencies.status(),
    canary: canary.status(),
    heartbeat: heartbeat.status(),
  });

  const look = async () => {
    engine.ask();
    historian.ask();
    storeWatch.look(() => history.write());
    canary.look(engine.answers);
    latencies.look(steady.now());
    const changes = alarms.take(allTroubles(), clock.now(), steady.now());
    for (const change of changes) tell(change);
    if (changes.length > 0) parts.show(alarms.active());
    heartbeat.look(signOfLife);
  };

  const allTroubles = (): SystemTrouble[] => [
    ...engineTroubles(engine.state(), engine.answers),
    ...telemetryTroubles(historian.state(), historian.answers),
    ...deliveryTroubles(storeWatch.delivery()),
    ...[engine.troubles, historian.troubles].flat(),
    ...[storeWatch, clockSteps, canary, ...parts.others].flatMap((part) => part.troubles()),
  ];

  const tell = (change: SystemChange) => {
    const { kind, alarm } = change;
    const { code, severity, detail } = alarm;
    const line = { code, severity, detail };
    if (kind === 'cleared') log.info(line, 'system alarm is over');
    else log.error(line, 'system alarm');
    history.note(change);
    endpoints.tell(change);
  };

  const signOfLife = (): HeartbeatBody | null => {
    const { troubles, consumers, canary: bird } = state();
    if (bird.state === 'late' || bird.state === 'waiting') return null;
    if (troubles.some(({ severity }) => severity === 'red')) return null;
    return {
      version: 1,
      event: 'heartbeat',
      at: clock.now(),
      console: consoleUrl(settings.http),
      uptimeMs: clock.now() - startedAt,
      canaryAt: bird.lastAt,
      consumers: consumers.map(({ name, waiting, oldestMs }) => ({ name, waiting, oldestMs })),
      troubles: troubles.map(({ code }) => code),
    };
  };

  parts.show(alarms.active());
  const registry = watchMetrics(state);
  const looking = new Repeating('the watch', everyMs, log, look);
  return {
    state,
    canaryNotified: (beat) => canary.notified(beat),
    metrics: () => registry.getMetricsAsJSON(),
    async stop() {
      await looking.stop();
      endpoints.stop();
      await Promise.all([canary.stop(), heartbeat.stop(), storeWatch.stop()]);
      await store.destroy();
    },
  };
}
