import { type StartedWorker, startWorker } from '../shared/worker.ts';
import type { EngineFunctions, HistorianFunctions, HostFunctions, ThreadData } from './messages.ts';

/** Starts the engine thread. */
export const startEngineThread = (data: ThreadData, host: HostFunctions): StartedWorker<EngineFunctions> =>
  startWorker(new URL('./engine.ts', import.meta.url), data, host);

/** Starts the historian thread. */
export const startHistorianThread = (data: ThreadData, host: HostFunctions): StartedWorker<HistorianFunctions> =>
  startWorker(new URL('./historian.ts', import.meta.url), data, host);
