import { dataFiles } from '../settings/data-files.ts';
import type { Settings } from '../settings/schema.ts';
import type { Clock } from '../shared/clock.ts';
import type { Logger } from '../shared/logger.ts';
import { createEmbeddedTelemetry } from './embedded.ts';
import type { WindowStore } from './influxdb/window-store.ts';
import { createInfluxTelemetry } from './influxdb.ts';
import type { RefusedLine } from './isolate.ts';
import type { Telemetry } from './port.ts';

export interface TelemetryOptions {
  settings: Settings['telemetry'];
  /** Where the embedded engine keeps its file. */
  dataDir: string;
  /** Remembers what InfluxDB has still to be downsampled. */
  windows: WindowStore;
  clock: Clock;
  log: Logger;
  /** Told of lines that InfluxDB will never take; they are given up, the rest of their batch is kept. */
  onRefused?: (lines: readonly RefusedLine[]) => void;
}

/** The engine that the settings name. Nothing is opened or asked before `prepare()` or the first call. */
export function createTelemetry({ settings, dataDir, windows, clock, log, onRefused }: TelemetryOptions): Telemetry {
  if (settings.engine === 'embedded') {
    const file = dataFiles({ dataDir }).telemetry;
    return createEmbeddedTelemetry({ file, retention: settings.retention, clock, log });
  }

  let refusing = false;
  return createInfluxTelemetry({
    ...settings.influxdb,
    retention: settings.retention,
    windows,
    clock,
    log,
    onWritten: (refused) => {
      const first = refused[0];
      if (first) onRefused?.(refused);
      // A device that goes on sending what InfluxDB refuses is said once; the counter says how much.
      if (first && !refusing) {
        const facts = { lines: refused.length, line: first.line, reason: first.reason };
        log.warn(facts, 'InfluxDB refuses some readings for good; they are left out of it and counted');
      }
      refusing = first !== undefined;
    },
  });
}
