import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import type { Logger } from '../../shared/logger.ts';
import type { FromNodeRed, StartNodeRed, ToNodeRed } from './messages.ts';

/** How patient the host is with the Node-RED process; milliseconds. */
export interface Patience {
  /** From its start until its flows run. */
  startMs: number;
  /** Between two questions whether it still answers. */
  beatMs: number;
  /** Questions in a row that may stay without an answer. */
  missedBeats: number;
  /** From being asked to end until it is killed. */
  stopMs: number;
}

/** One life of the Node-RED process. */
export interface Run {
  pid: number;
  port: number;
  /** Resolves when it has ended, with why in words for people. */
  ended: Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts a Node-RED process and waits until its flows run; from then on asks it each beat whether it still answers and
 * kills it when it does not.
 *
 * Beats are counted, not measured: when this process itself was held up, the other one is not blamed for it.
 * @param signal gives the start up; once the flows run it has no effect
 * @throws Error with the reason when the flows do not start; the process has ended then.
 */
export async function startRun(
  start: StartNodeRed,
  env: Record<string, string>,
  patience: Patience,
  log: Logger,
  signal: AbortSignal,
): Promise<Run> {
  // The environment is made up, not inherited: flows can read it, and ours may hold secrets.
  const child = fork(path.join(import.meta.dirname, 'main.ts'), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let reason: string | null = null;
  let missed = 0;
  let beat: NodeJS.Timeout | undefined;
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => {
      reason ??= error.message;
    });
    child.once('close', (code, signal) => {
      clearInterval(beat);
      resolve(reason ?? `It ended by itself (${signal ?? `exit code ${code}`}).`);
    });
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => log.warn({ output: text.trim() }, 'Node-RED printed'));
  }

  const port = await new Promise<number>((resolve, reject) => {
    const giveUp = () => child.kill('SIGKILL');
    const tooLong = setTimeout(() => {
      reason = `The flows did not start within ${patience.startMs / 1000} s.`;
      giveUp();
    }, patience.startMs);
    signal.addEventListener('abort', giveUp);
    const over = () => {
      clearTimeout(tooLong);
      signal.removeEventListener('abort', giveUp);
    };
    void ended.then((why) => {
      over();
      reject(new Error(why));
    });
    child.on('message', (message: FromNodeRed) => {
      missed = 0;
      if (message.type === 'log') log[message.level](message.node ? { node: message.node } : {}, message.message);
      else if (message.type === 'failed') reason = message.reason;
      else if (message.type === 'started') {
        over();
        resolve(message.port);
      }
    });
    tell(child, { type: 'start', start });
  });

  beat = setInterval(() => {
    if (missed >= patience.missedBeats) {
      reason = `It did not answer for ${(patience.missedBeats * patience.beatMs) / 1000} s: a flow holds it up, for example with an endless loop.`;
      child.kill('SIGKILL');
    }
    missed += 1;
    tell(child, { type: 'ping' });
  }, patience.beatMs);

  return {
    pid: child.pid!,
    port,
    ended,
    async stop() {
      const kill = setTimeout(() => child.kill('SIGKILL'), patience.stopMs);
      tell(child, { type: 'stop' });
      await ended;
      clearTimeout(kill);
    },
  };
}

function tell(child: ChildProcess, message: ToNodeRed): void {
  // A process that has just ended is noticed by its `close`.
  if (child.connected) child.send(message, () => {});
}
