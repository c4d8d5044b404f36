import type { Reading } from '../../model/reading.ts';
import type { Clock } from '../../shared/clock.ts';
import {
  devicesStatement,
  downsamplingMeasurement,
  readingsStatement,
  sinceStatement,
  totalsStatement,
} from '../influxql.ts';
import { sendAndIsolate } from '../isolate.ts';
import { linesOfReadings, linesOfTotals } from './bucket-lines.ts';
import type { InfluxDatabases } from './databases.ts';
import { DirtyWindows } from './dirty-windows.ts';
import type { InfluxServer } from './server.ts';
import { windowFrom, windowMs } from './window.ts';
import type { WindowStore } from './window-store.ts';

/** Devices times windows in one question. InfluxDB's time for a list of devices grows with its square: 20 ms for these. */
const maxCells = 100;
/** A question that takes longer is followed by one about half as much: readings and charts are waiting. */
const longMs = 500;
/** The most lines in a request, as for readings. */
const linesAtOnce = 5000;

export interface DownsamplerOptions {
  server: InfluxServer;
  databases: InfluxDatabases;
  /** Where the readings are. */
  database: string;
  /** How long the downsampled ones are kept, milliseconds. */
  retentionMs: number;
  windows: WindowStore;
  clock: Clock;
}

/**
 * Keeps sum, least, greatest and number of each channel's readings in 5 minutes, in a database of its own. InfluxDB's
 * own means differ in each version, and its continuous queries miss what comes late: a window in which something
 * was written is asked for and written again, however late it was, and the same point written twice is one.
 */
export class Downsampler {
  readonly database: string;
  readonly #options: DownsamplerOptions;
  readonly #dirty: DirtyWindows;
  #since: number | null = null;
  #cells = maxCells;

  constructor(options: DownsamplerOptions) {
    this.#options = options;
    this.database = `${options.database}_downsampled`;
    this.#dirty = new DirtyWindows(options.windows, options.clock);
  }

  /** The readings are in InfluxDB: their windows are to be downsampled (again). */
  async wrote(readings: readonly Reading[]): Promise<void> {
    await this.#dirty.mark(readings);
  }

  /** It may be another server by now. */
  forget(): void {
    this.#since = null;
  }

  /**
   * Windows of a device that can be read downsampled: from the first that begins in [from, to), or when downsampling
   * began, up to the first that has still to be done. Empty when `from` is not below `to`.
   */
  done(deviceId: string, from: number, to: number): { from: number; to: number } {
    const start = Math.max(windowFrom(from), this.#since ?? Number.POSITIVE_INFINITY);
    return { from: start, to: Math.min(Math.floor(to / windowMs) * windowMs, this.#dirty.oldestOf(deviceId, start)) };
  }

  /** Downsamples some devices of one window, or a few of several. Resolves with whether more is due. */
  async step(): Promise<boolean> {
    const { server, database } = this.#options;
    if (this.#since === null) await this.#prepare();
    const work = await this.#dirty.take(this.#cells);
    if (!work) return false;
    const { from, to, devices } = work;
    const began = performance.now();
    try {
      if (devices) {
        await this.#downsample(devices, from, to);
        this.#cells = performance.now() - began > longMs ? half(this.#cells) : Math.min(2 * this.#cells, maxCells);
      } else {
        const series = await server.query(database, devicesStatement(from, to));
        const all = series.flatMap(({ values }) => values.map(([, id]) => String(id)));
        if (all.length > 0) {
          this.#dirty.giveBackAs(all);
          return true;
        }
      }
    } catch (error) {
      this.#dirty.giveBack();
      // There may be more in it than can be done at once.
      this.#cells = 1;
      throw error;
    }
    await this.#dirty.done();
    return this.#dirty.isDue;
  }

  /**
   * Adding up costs InfluxDB ten times as much as giving the readings away, so that is done here. One device alone may
   * have more of them than can be given: it is left to InfluxDB, whose answer is short in any case.
   */
  async #downsample(devices: readonly string[], from: number, to: number): Promise<void> {
    const { server, database } = this.#options;
    const alone = devices.length === 1;
    const statement = alone ? totalsStatement(devices[0]!, from, to, windowMs) : readingsStatement(devices, from, to);
    const series = await server.query(database, statement, 'POST');
    const lines = series.flatMap(alone ? linesOfTotals : linesOfReadings);
    // What it refuses is older than it keeps.
    for (let start = 0; start < lines.length; start += linesAtOnce) {
      const part = lines.slice(start, start + linesAtOnce);
      await sendAndIsolate(part, (some) => server.write(this.database, some));
    }
  }

  /** From when on every window is downsampled stands in the database itself: another one may be behind the address. */
  async #prepare(): Promise<void> {
    const { server, databases, retentionMs, clock } = this.#options;
    await databases.prepare(this.database, retentionMs);
    const [series] = await server.query(this.database, sinceStatement).catch(async (error: unknown) => {
      // InfluxDB 3 has no database before its first line.
      if ((await server.kind()).generation === 3 && /not found/i.test(String(error))) return [];
      throw error;
    });
    const found = Number(series?.values[0]?.[1] ?? Number.NaN);
    const since = Number.isFinite(found) ? found : windowFrom(clock.now());
    // Under the time of now, so that the retention does not take it away.
    await server.write(this.database, [`${downsamplingMeasurement} since=${since} ${clock.now()}`]);
    this.#since = since;
  }
}

function half(cells: number): number {
  return Math.max(1, Math.floor(cells / 2));
}
