import { Counter, Gauge, type Registry } from 'prom-client';

/** What the writer counts. */
export interface WriterMetrics {
  batches: Counter;
  readings: Counter;
  failures: Counter;
  refused: Counter;
  lost: Counter;
}

/**
 * @param lag entries of the journal that are not yet in the telemetry store, asked for at each scrape
 */
export function writerMetrics(registry: Registry, lag: () => number): WriterMetrics {
  const registers = [registry];
  new Gauge({
    name: 'tocsin_telemetry_lag_entries',
    help: 'Journal entries whose readings are not yet in the telemetry store',
    registers,
    collect() {
      this.set(lag());
    },
  });
  return {
    batches: new Counter({
      name: 'tocsin_telemetry_batches_total',
      help: 'Batches that the telemetry store took',
      registers,
    }),
    readings: new Counter({
      name: 'tocsin_telemetry_readings_total',
      help: 'Readings that the telemetry store took; readings written again after a failure count again',
      registers,
    }),
    failures: new Counter({
      name: 'tocsin_telemetry_failures_total',
      help: 'Attempts that failed as a whole and were made again',
      registers,
    }),
    refused: new Counter({
      name: 'tocsin_telemetry_refused_total',
      help: 'Lines that the telemetry store refuses for good; the frames stay in the journal as long as it keeps',
      registers,
    }),
    lost: new Counter({
      name: 'tocsin_telemetry_lost_entries_total',
      help: 'Journal entries that were given up (disk budget, damage) before their readings reached the telemetry store',
      registers,
    }),
  };
}
