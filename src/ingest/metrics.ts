import { Counter, Gauge, Registry } from 'prom-client';
import type { Intake } from '../model/frame.ts';
import type { ErrorCode } from '../shared/errors.ts';

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
