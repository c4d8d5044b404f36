import { Histogram, type Registry } from 'prom-client';

/** The stations of a frame on its way, each measured from the moment at which it was received. */
export type Stage = 'durable' | 'judged' | 'alarmed' | 'notified';

/** Seconds. From a group commit to what nobody would call an alarm any more. */
const buckets = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60];

export const stageMetric = 'tocsin_stage_seconds';

/**
 * The histogram of the stages, in this registry; the threads' own are added up where they are shown.
 *
 * What goes in batches is counted once a batch, with its oldest frame: never better than it was, and cheap on the path
 * of every acknowledgement.
 */
export class StageSeconds {
  readonly #histogram: Histogram<'stage'>;

  constructor(registry: Registry) {
    this.#histogram = new Histogram({
      name: stageMetric,
      help: 'Time from receipt until a frame was durable, judged, had its alarm in the store, was notified; the oldest of a batch.',
      labelNames: ['stage'],
      buckets,
      registers: [registry],
    });
  }

  /** Both in milliseconds since the epoch; a clock that was set back meanwhile counts as no time. */
  observe(stage: Stage, receivedAt: number, now: number): void {
    this.#histogram.observe({ stage }, Math.max(0, now - receivedAt) / 1000);
  }
}
