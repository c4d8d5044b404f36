import { Counter, Gauge, Registry } from 'prom-client';
import { frameProblems } from '../devices/problems.ts';
import type { Intake } from '../model/frame.ts';
import type { Clock } from '../shared/clock.ts';
import type { ErrorCode } from '../shared/errors.ts';
import { StageSeconds } from '../shared/stage-seconds.ts';

const anyIntake: ErrorCode[] = [
  'CREDENTIAL_INVALID',
  'DEVICE_DISABLED',
  'PAYLOAD_TOO_LARGE',
  'RATE_LIMITED',
  'JOURNAL_UNAVAILABLE',
  'JOURNAL_FULL',
];
/** What the door turns away. Over HTTP that is also what cannot be decoded, since there it can be answered. */
const refusedCodes: Record<Intake, ErrorCode[]> = {
  http: [...anyIntake, ...frameProblems, 'DEVICE_TYPE_UNKNOWN'],
  mqtt: [...anyIntake, 'TOPIC_FORBIDDEN', 'CLIENT_ID_REJECTED', 'TOO_MANY_CONNECTIONS', 'MQTT_PROTOCOL'],
};

/** The gateway's own metrics. */
export class IngestMetrics {
  readonly registry = new Registry();
  readonly #frames: Record<Intake, number> = { mqtt: 0, http: 0 };
  readonly #refused: Counter<'code' | 'via'>;
  readonly #ignored: Counter<'what'>;
  readonly #stages: StageSeconds;
  readonly #clock: Clock;
  #batchCounted = false;

  constructor(clock: Clock) {
    const registers = [this.registry];
    this.#clock = clock;
    this.#stages = new StageSeconds(this.registry);
    const frames = this.#frames;
    new Counter({
      name: 'tocsin_frames_total',
      help: 'Frames made durable and acknowledged.',
      labelNames: ['via'],
      registers,
      // A counter with labels costs 0.4 µs each time, a number nothing; this is the path of every acknowledgement.
      collect() {
        this.reset();
        for (const via of ['mqtt', 'http'] as const) this.inc({ via }, frames[via]);
      },
    });
    this.#refused = new Counter({
      name: 'tocsin_refused_total',
      help: 'Connections, messages and subscriptions turned away, by error code.',
      labelNames: ['code', 'via'],
      registers,
    });
    this.#ignored = new Counter({
      name: 'tocsin_ignored_total',
      help: 'Connections taken without their will, and messages taken without their retain flag.',
      labelNames: ['what'],
      registers,
    });
    for (const what of ['will', 'retain']) this.#ignored.labels(what).inc(0);
    // What has not happened yet is 0: only so can an alert see the first time as a rise.
    for (const via of ['mqtt', 'http'] as const) {
      for (const code of refusedCodes[via]) this.#refused.labels(code, via).inc(0);
    }
  }

  /** Has the number of connections of this process told. */
  countConnections(connections: () => number): void {
    new Gauge({
      name: 'tocsin_mqtt_connections',
      help: 'MQTT connections of devices that have signed in.',
      registers: [this.registry],
      collect() {
        this.set(connections());
      },
    });
  }

  /** A frame is durable. */
  frame(via: Intake, receivedAt: number): void {
    this.#frames[via]++;
    // What became durable together is told in one turn of the event loop, the oldest first.
    if (this.#batchCounted) return;
    this.#batchCounted = true;
    setImmediate(() => {
      this.#batchCounted = false;
    });
    this.#stages.observe('durable', receivedAt, this.#clock.now());
  }

  ignored(what: 'will' | 'retain'): void {
    this.#ignored.labels(what).inc();
  }

  refused(code: ErrorCode, via: Intake): void {
    this.#refused.labels(code, via).inc();
  }
}
