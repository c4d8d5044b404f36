import { Counter, Gauge, type Registry } from 'prom-client';

const shedReasons = ['rate', 'overload'] as const;
/** `rate`: more than the device may send; `overload`: more than all of them may at the moment. */
export type ShedReason = (typeof shedReasons)[number];

const delayReasons = ['rate', 'address', 'credential'] as const;
/** `rate`: too many connections come in; `address`: from its address; `credential`: wrong ones came from its address. */
export type DelayReason = (typeof delayReasons)[number];

/** What the limits did. */
export class LimitMetrics {
  readonly #registry: Registry;
  readonly #shed: Counter<'reason'>;
  readonly #slowed: Counter;
  readonly #delayed: Counter<'reason'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#shed = new Counter({
      name: 'tocsin_shed_total',
      help: 'Telemetry of QoS 0 that was left out, by reason. Never of life safety, never what was acknowledged.',
      labelNames: ['reason'],
      registers,
    });
    this.#slowed = new Counter({
      name: 'tocsin_slowed_total',
      help: 'Frames whose acknowledgement waited since their device sent too much.',
      registers,
    });
    this.#delayed = new Counter({
      name: 'tocsin_connections_delayed_total',
      help: 'Connections that waited for their turn, by reason.',
      labelNames: ['reason'],
      registers,
    });
    // What has not happened yet is 0: only so can an alert see the first time as a rise.
    for (const reason of shedReasons) this.#shed.labels(reason).inc(0);
    for (const reason of delayReasons) this.#delayed.labels(reason).inc(0);
    this.#registry = registry;
  }

  /** @param waiting connections that wait for their turn */
  countWaiting(waiting: () => number): void {
    new Gauge({
      name: 'tocsin_connections_waiting',
      help: 'Connections that wait for their turn.',
      registers: [this.#registry],
      collect() {
        this.set(waiting());
      },
    });
  }

  shed(reason: ShedReason): void {
    this.#shed.labels(reason).inc();
  }

  slowed(): void {
    this.#slowed.inc();
  }

  delayed(reason: DelayReason): void {
    this.#delayed.labels(reason).inc();
  }
}
