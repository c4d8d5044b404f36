import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createBirpc } from 'birpc';
import { callsOver, type RemoteFunctions } from './calls.ts';

/** Number of the open file that is the child's end of `StartedProcess.pipe`. */
export const pipeFile = 4;

export interface StartedProcess<Remote extends object> {
  pid: number;
  remote: RemoteFunctions<Remote>;
  /** Bytes to and from the process, beside the calls. */
  pipe: Socket;
  /** How it ended, for people, once it has ended for whatever reason. Never rejects. */
  ended: Promise<string>;
  /** Ends it at once. Let it finish its work first, with a function of its own. */
  kill(): Promise<void>;
}

/**
 * Starts a process and calls functions in it, as `callsOver` says; a call rejects when the process ends. It writes its
 * log where this process does.
 * @param local what the process may call here
 */
export function startProcess<Remote extends object, Local extends object>(
  url: URL,
  local: Local,
): StartedProcess<Remote> {
  const child = fork(url, { execArgv: [], serialization: 'advanced', stdio: ['ignore', 1, 2, 'ipc', 'pipe'] });
  const name = url.pathname.split('/').at(-1);
  let gone: Error | null = null;

  const remote = createBirpc<Remote, Local>(local, {
    // A process that has just ended is told by `ended`.
    ...callsOver({
      post: (message) => child.connected && child.send(message as object, () => {}),
      on: (listener) => void child.on('message', listener),
    }),
    onRequest: async (_request, next) => {
      if (gone) throw gone;
      await next();
    },
  });
  const ended = endOf(child).then((how) => {
    gone = new Error(`The process ${name} has ended: ${how}.`);
    remote.$rejectPendingCalls(({ reject }) => reject(gone));
    return how;
  });
  return {
    pid: child.pid ?? -1,
    remote,
    pipe: child.stdio[pipeFile] as Socket,
    ended,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function endOf(child: ChildProcess): Promise<string> {
  try {
    const [code, signal] = await once(child, 'exit');
    return signal ?? `exit code ${code}`;
  } catch (error) {
    return String(error);
  }
}

/**
 * The process's side: answers calls with `local`, and gives the functions of the process that started it. It ends when
 * that one has ended; signals that a terminal or a supervisor sends to both are left to that one.
 */
export function serveParent<Local extends object, Remote extends object>(local: Local): RemoteFunctions<Remote> {
  process.on('disconnect', () => process.exit(1));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  return createBirpc<Remote, Local>(
    local,
    callsOver({
      post: (message) => process.connected && process.send?.(message, undefined, undefined, () => {}),
      on: (listener) => void process.on('message', listener),
    }),
  );
}
