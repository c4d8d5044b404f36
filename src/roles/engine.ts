import { workerData } from 'node:worker_threads';
import { createLogger } from '../shared/logger.ts';
import { type RemoteFunctions, serveWorker } from '../shared/worker.ts';
import type { EngineFunctions, HostFunctions, ThreadData } from './messages.ts';
import { startEngine } from './start-engine.ts';

/** The engine thread: rules, alarms, response, notifications. */
const data = workerData as ThreadData;
const log = createLogger(data.settings.log.level, data.settings.log.format).child({ room: 'rules' });
let host: RemoteFunctions<HostFunctions> | undefined;
// What is committed before the main thread listens, it reads from the store when it begins to.
const onFeed = () => void host?.feedChanged.asEvent();
const onCanary = (beat: number) => void host?.canaryNotified.asEvent(beat);
host = serveWorker<EngineFunctions, HostFunctions>(await startEngine(data, { onFeed, onCanary, log }));
