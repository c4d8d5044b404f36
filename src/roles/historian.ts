import { workerData } from 'node:worker_threads';
import { createLogger } from '../shared/logger.ts';
import { stepBack } from '../shared/step-back.ts';
import { serveWorker } from '../shared/worker.ts';
import type { HistorianFunctions, HostFunctions, ThreadData } from './messages.ts';
import { startHistorian } from './start-historian.ts';

/**
 * The historian thread: keeps every reading, and answers questions about them. Behind the doors and the engine: its queue
 * is the journal, and a chart may wait where an alarm may not.
 */
stepBack();
const data = workerData as ThreadData;
const log = createLogger(data.settings.log.level, data.settings.log.format).child({ room: 'telemetry' });
serveWorker<HistorianFunctions, HostFunctions>(await startHistorian(data, log));
