import { join } from 'node:path';
import type { Settings } from './schema.ts';

/** Where things are below `dataDir`: every thread and command that opens one asks here. */
export function dataFiles({ dataDir }: Pick<Settings, 'dataDir'>) {
  return {
    /** Folder of the embedded journal. */
    journal: join(dataDir, 'journal'),
    /** SQLite file of the relational store. */
    store: join(dataDir, 'tocsin.db'),
    /** SQLite file of the embedded telemetry engine. */
    telemetry: join(dataDir, 'telemetry', 'readings.db'),
  };
}
