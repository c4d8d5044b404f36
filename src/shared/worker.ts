import { parentPort, Worker } from 'node:worker_threads';
import { type BirpcReturn, createBirpc } from 'birpc';
import { type ErrorCode, TocsinError } from './errors.ts';

/** The functions of the other thread: each answers with a promise; `.asEvent(…)` sends without waiting for an answer. */
export type RemoteFunctions<Remote extends object> = BirpcReturn<Remote, object>;

export interface StartedWorker<Remote extends object> {
  remote: RemoteFunctions<Remote>;
  /** The thread's exit code, once it has ended for whatever reason. Never rejects. */
  exited: Promise<number>;
  /** The error that ended the thread; null while it runs and after an ordinary end. */
  failure(): Error | null;
  /** Ends the thread at once. Let it finish its work first, with a function of its own. */
  terminate(): Promise<number>;
}

/**
 * Starts a thread and calls functions in it. Calls have no time limit: a call ends when the thread answers, or
 * rejects when the thread ends. Whoever needs a limit knows how long is too long, and this file does not.
 * A TocsinError arrives as a TocsinError, with its code and detail; any other error with its message.
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
    ...channel({
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
  const exited = new Promise<number>((resolve) => {
    worker.once('exit', (code) => {
      const name = url.pathname.split('/').at(-1);
      gone = new Error(
        failure
          ? `The thread ${name} has failed: ${failure.message}`
          : `The thread ${name} has ended with exit code ${code}.`,
        { cause: failure },
      );
      remote.$rejectPendingCalls(({ reject }) => reject(gone));
      resolve(code);
    });
  });
  return { remote, exited, failure: () => failure, terminate: () => worker.terminate() };
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
    channel({
      post: (message) => port.postMessage(message),
      on: (listener) => void port.on('message', listener),
    }),
  );
}

/** A call or its answer as birpc sends it; `e` is what the called function threw. */
type Message = Record<string, unknown> & { e?: unknown };

interface SentError {
  name: string;
  message: string;
  stack: string | undefined;
  code: ErrorCode | undefined;
  detail: Record<string, unknown> | undefined;
}

interface Port {
  post(message: unknown): void;
  on(listener: (message: unknown) => void): void;
}

function channel(port: Port) {
  return {
    ...port,
    timeout: -1,
    serialize: (message: Message) => (message.e === undefined ? message : { ...message, e: packError(message.e) }),
    deserialize: (message: Message) =>
      message.e === undefined ? message : { ...message, e: unpackError(message.e as SentError) },
    // An answer that cannot be cloned becomes the caller's error (true); a question that cannot is thrown to its caller.
    onGeneralError: (_error: Error, functionName?: string) => functionName !== undefined,
  };
}

/** Errors are packed by hand: a structured clone of an Error drops the fields of its class. */
function packError(error: unknown): SentError {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const known = error instanceof TocsinError ? error : null;
  return { name, message, stack, code: known?.code, detail: known ? cloneable(known.detail) : undefined };
}

function unpackError(sent: SentError): Error {
  const error = sent.code ? new TocsinError(sent.code, sent.message, sent.detail) : new Error(sent.message);
  error.name = sent.name;
  if (sent.stack) error.stack = sent.stack;
  return error;
}

/** An error must get through whatever is in its detail; entries that cannot be sent become text. */
function cloneable(detail: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(detail).map(([key, value]) => {
      try {
        return [key, structuredClone(value)];
      } catch {
        return [key, String(value)];
      }
    }),
  );
}
