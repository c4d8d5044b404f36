import { workerData } from 'node:worker_threads';
import type { Settings } from '../settings/schema.ts';
import { createLogger } from '../shared/logger.ts';
import { serveWorker } from '../shared/worker.ts';
import type { HistorianFunctions, HostFunctions } from './messages.ts';
import { startHistorian } from './start-historian.ts';

export interface HistorianData {
  settings: Settings;
  journalProgress: SharedArrayBuffer;
}

/** The historian thread: keeps every reading, and answers questions about them. */
const { settings, journalProgress } = workerData as HistorianData;
const log = createLogger(settings.log.level).child({ room: 'telemetry' });
serveWorker<HistorianFunctions, HostFunctions>(await startHistorian({ settings, journalProgress, log }));
