import type { Settings } from '../settings/schema.ts';
import type { Clock } from '../shared/clock.ts';
import type { Logger } from '../shared/logger.ts';
import { InfluxDatabases } from './influxdb/databases.ts';
import { Downsampler } from './influxdb/downsampler.ts';
import { readRange } from './influxdb/range.ts';
import { InfluxServer } from './influxdb/server.ts';
import type { WindowStore } from './influxdb/window-store.ts';
import { latestStatement } from './influxql.ts';
import { BatchRefused, type RefusedLine, sendAndIsolate } from './isolate.ts';
import { toLines } from './line-protocol.ts';
import type { LatestValue, Telemetry } from './port.ts';

/** Lines in a request: InfluxDB's documented optimum, and measured to be enough (131,000 lines a second). */
const maxLines = 5000;
/** So many readings fill a request: a frame has three or four channels, and its line has them all. */
const batchSize = 20_000;

export type InfluxOptions = Settings['telemetry']['influxdb'] & {
  retention: Settings['telemetry']['retention'];
  /** Remembers what is still to be downsampled. */
  windows: WindowStore;
  clock: Clock;
  log: Logger;
  /** Called after each write with the lines that were refused for good, mostly none. */
  onWritten: (refused: readonly RefusedLine[]) => void;
};

/** InfluxDB 1.x, 2.x or 3: line protocol in, InfluxQL out. */
export function createInfluxTelemetry(options: InfluxOptions): Telemetry {
  const { database, retention, clock, onWritten } = options;
  const server = new InfluxServer(options);
  const databases = new InfluxDatabases({ server, ...options });
  const downsampler = options.downsample
    ? new Downsampler({
        server,
        databases,
        database,
        retentionMs: retention.downsampled,
        windows: options.windows,
        clock,
      })
    : null;
  /** How long the database keeps readings; null for ever. */
  let keepsMs: number | null = null;
  let linesAtOnce = maxLines;

  const send = async (lines: readonly string[]) => {
    try {
      await server.write(database, lines);
    } catch (error) {
      // A proxy in front of it may allow less; the next batches need not find that out again.
      if (error instanceof BatchRefused && error.isTooLarge) linesAtOnce = Math.max(1, Math.floor(lines.length / 2));
      throw error;
    }
  };

  return {
    batchSize,

    async prepare() {
      // It may be another server by now.
      server.forget();
      downsampler?.forget();
      linesAtOnce = maxLines;
      keepsMs = await databases.prepare(database, retention.raw);
    },

    async write(readings) {
      const { lines, refused } = toLines(readings);
      for (let start = 0, end = 0; start < lines.length; start = end) {
        end = start + linesAtOnce;
        const batch = lines.slice(start, end);
        const bad = await sendAndIsolate(batch, send);
        if (bad.length === batch.length) await requireThatItTakesAnything(server, database);
        for (const line of bad) refused.push(line);
      }
      await downsampler?.wrote(readings);
      onWritten(refused);
    },

    ...(downsampler && { upkeep: () => downsampler.step() }),

    range: (query) => {
      const rawSince = keepsMs === null ? Number.NEGATIVE_INFINITY : clock.now() - keepsMs;
      return readRange({ server, database, downsampler, rawSince }, query);
    },

    async latest(deviceId, channels) {
      const found = await Promise.all(
        channels.map(async (channel): Promise<LatestValue[]> => {
          const series = await server.query(database, latestStatement(deviceId, channel));
          const rows = series.flatMap(({ values }) => values);
          return rows.map(([measuredAt, value]) => ({ channel, value, measuredAt }) as LatestValue);
        }),
      );
      return found.flat();
    },

    async close() {
      server.close();
    },
  };
}

/**
 * A server that refuses every line of a batch may be one that refuses everything, for a setting of ours or its own;
 * then nothing must be given up. A line that is surely good tells. It has no time of its own, so no retention drops it.
 */
async function requireThatItTakesAnything(server: InfluxServer, database: string): Promise<void> {
  await server.write(database, ['tocsin_check ok=1']).catch((error: unknown) => {
    throw error instanceof BatchRefused ? server.unavailable(error) : error;
  });
}
