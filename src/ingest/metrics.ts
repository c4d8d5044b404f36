import { Counter, Gauge, Registry } from 'prom-client';
import { frameProblems } from '../devices/problems.ts';
import type { Intake } from '../model/frame.ts';
import type { ErrorCode } from '../shared/errors.ts';

const anyIntake: ErrorCode[] = ['CREDENTIAL_INVALID', 'DEVICE_DISABLED', 'PAYLOAD_TOO_LARGE', 'JOURNAL_UNAVAILABLE'];
/** What the door turns away. Over HTTP that is also what cannot be decoded, since there it can be answered. */
const refusedCodes: Record<Intake, ErrorCode[]> = {
  http: [...anyIntake, ...frameProblems, 'DEVICE_TYPE_UNKNOWN'],
  mqtt: [
    ...anyIntake,
    'TOPIC_FORBIDDEN',
    'QOS_UNSUPPORTED',
    'RETAIN_UNSUPPORTED',
    'WILL_UNSUPPORTED',
    'CLIENT_ID_REJECTED',
    'TOO_MANY_CONNECTIONS',
    'MQTT_PROTOCOL',
  ],
};

/** The gateway's own metrics. */
export class IngestMetrics {
  readonly registry = new Registry();
  readonly #frames: Record<Intake, Counter.Internal>;
  readonly #refused: Counter<'code' | 'via'>;

  constructor(connections: () => number) {
    const registers = [this.registry];
    const frames = new Counter({
      name: 'tocsin_frames_total',
      help: 'Frames made durable and acknowledged.',
      labelNames: ['via'],
      registers,
    });
    this.#frames = { mqtt: frames.labels('mqtt'), http: frames.labels('http') };
    this.#refused = new Counter({
      name: 'tocsin_refused_total',
      help: 'Connections, messages and subscriptions turned away, by error code.',
      labelNames: ['code', 'via'],
      registers,
    });
    // What has not happened yet is 0: only so can an alert see the first time as a rise.
    for (const via of ['mqtt', 'http'] as const) {
      for (const code of refusedCodes[via]) this.#refused.labels(code, via).inc(0);
    }
    new Gauge({
      name: 'tocsin_mqtt_connections',
      help: 'MQTT connections of devices that have signed in.',
      registers,
      collect() {
        this.set(connections());
      },
    });
  }

  frame(via: Intake): void {
    this.#frames[via].inc();
  }

  refused(code: ErrorCode, via: Intake): void {
    this.#refused.labels(code, via).inc();
  }
}
