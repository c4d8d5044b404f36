import { parentPort, Worker } from 'node:worker_threads';
import { createBirpc } from 'birpc';
import { callsOver, type RemoteFunctions } from './calls.ts';

export type { RemoteFunctions } from './calls.ts';

export interface StartedWorker<Remote extends object> {
  remote: RemoteFunctions<Remote>;
  /** How it ended, for people, once it has ended for whatever reason. Never rejects. */
  ended: Promise<string>;
  /** Ends the thread at once. Let it finish its work first, with a function of its own. */
  terminate(): Promise<number>;
}

/**
 * Starts a thread and calls functions in it, as `callsOver` says; a call rejects when the thread ends.
 * @param local what the thread may call here
 */
export function startWorker<Remote extends object, Local extends object>(
  url: URL,
  workerData: unknown,
  local: Local,
): StartedWorker<Remote> {
  const worker = new Worker(url, { workerData });
  let gone: Error | null = null;
  let failure: Error | null = null;

  const remote = createBirpc<Remote, Local>(local, {
    ...callsOver({
      post: (message) => worker.postMessage(message),
      on: (listener) => void worker.on('message', listener),
    }),
    onRequest: async (_request, next) => {
      if (gone) throw gone;
      await next();
    },
  });

  worker.on('error', (error) => {
    failure = error instanceof Error ? error : new Error(String(error));
  });
  const ended = new Promise<string>((resolve) => {
    worker.once('exit', (code) => {
      const name = url.pathname.split('/').at(-1);
      gone = new Error(
        failure
          ? `The thread ${name} has failed: ${failure.message}`
          : `The thread ${name} has ended with exit code ${code}.`,
        { cause: failure },
      );
      remote.$rejectPendingCalls(({ reject }) => reject(gone));
      resolve(failure?.message ?? `exit code ${code}`);
    });
  });
  return { remote, ended, terminate: () => worker.terminate() };
}

/**
 * The thread's side: answers calls with `local`, and gives the functions of the thread that started it. Calls that
 * came before are answered now, so a thread may prepare itself first.
 */
export function serveWorker<Local extends object, Remote extends object>(local: Local): RemoteFunctions<Remote> {
  const port = parentPort;
  if (!port) throw new Error('serveWorker() is for a worker thread; this is the main thread.');
  return createBirpc<Remote, Local>(
    local,
    callsOver({
      post: (message) => port.postMessage(message),
      on: (listener) => void port.on('message', listener),
    }),
  );
}
