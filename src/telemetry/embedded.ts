import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../shared/clock.ts';
import { TocsinError } from '../shared/errors.ts';
import type { Logger } from '../shared/logger.ts';
import { FreshLog } from './embedded/fresh-log.ts';
import { DiskWaits } from './embedded/layout.ts';
import { openFile } from './embedded/open-file.ts';
import { PackedTables } from './embedded/packed-tables.ts';
import { Packer } from './embedded/packer.ts';
import { Reader } from './embedded/reader.ts';
import type { Retention } from './embedded/retention.ts';
import { SeriesIds } from './embedded/series-ids.ts';
import { slotMs } from './embedded/slot.ts';
import type { Telemetry } from './port.ts';

export interface EmbeddedOptions {
  /** The SQLite file; its folder is made. */
  file: string;
  retention: Retention;
  clock: Clock;
  log: Logger;
}

export interface EmbeddedTelemetry extends Telemetry {
  /** Packs, merges, deletes what was kept long enough: a step of some 10 ms. Resolves with whether there is more. */
  upkeep(): Promise<boolean>;
  /** Packs all that has been written, without waiting for its time. */
  pack(): Promise<void>;
}

/**
 * Readings in one SQLite file. What is written is appended, and kept in memory too until it is packed: into compressed
 * blocks of a device's channel and day. Each block has its roll-up, which is kept when the readings are no longer.
 * Calls block their thread for milliseconds: it belongs in a thread of its own.
 *
 * A write waits for the disk: the writer's offset is kept in another file, and must never be ahead of the readings
 * after a power cut.
 */
export function createEmbeddedTelemetry({ file, retention, clock, log }: EmbeddedOptions): EmbeddedTelemetry {
  let opened: OpenEngine | null = null;
  let closed = false;
  const use = <Result>(work: (engine: OpenEngine) => Result): Result => {
    try {
      if (closed) throw new Error('it is closed');
      opened ??= open(file, retention, clock, log);
      return work(opened);
    } catch (error) {
      throw new TocsinError(
        'TELEMETRY_UNAVAILABLE',
        `The telemetry file ${file} cannot be used: ${(error as Error).message}. Check the disk and the file's owner.`,
      );
    }
  };

  return {
    prepare: async () => use(() => {}),
    async write(readings) {
      while (use(({ packer }) => packer.isBehind)) {
        use(({ packer }) => packer.step());
        await nextTurn();
      }
      use(({ fresh }) => fresh.write(readings));
    },
    upkeep: async () => use(({ packer }) => packer.step()),
    range: async (query) => use(({ reader }) => reader.range(query)),
    latest: async (deviceId, channels) => use(({ reader }) => reader.latest(deviceId, channels)),
    async pack() {
      // What is fresh now; not for ever what comes meanwhile.
      let everything = true;
      while (use(({ packer }) => packer.step(everything))) {
        everything = everything && use(({ fresh }) => fresh.frozen) === null;
        await nextTurn();
      }
    },
    async close() {
      closed = true;
      opened?.packer.old?.close();
      opened?.db.close();
    },
  };
}

type OpenEngine = ReturnType<typeof open>;

function open(file: string, retention: Retention, clock: Clock, log: Logger) {
  const { db, old } = openFile(file);
  try {
    const waits = new DiskWaits(db);
    const series = new SeriesIds(db);
    const packed = new PackedTables(db, ({ slot, series }, error) =>
      log.error(
        { err: error, day: new Date(slot * slotMs).toISOString().slice(0, 10), series },
        'Packed readings are damaged; they are left out',
      ),
    );
    const fresh = new FreshLog(db, series, waits);
    const packer = new Packer({ db, waits, fresh, packed, old, retention, clock });
    return { db, fresh, packer, reader: new Reader({ series, packed, fresh, old: () => packer.old }) };
  } catch (error) {
    old?.close();
    db.close();
    throw error;
  }
}
