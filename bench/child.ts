import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** A script of this folder in a process of its own, so that what is measured and what measures do not share a core. */
export class Child {
  readonly process: ChildProcess;

  constructor(script: string, env: NodeJS.ProcessEnv = {}, args: string[] = []) {
    this.process = fork(new URL(script, import.meta.url), args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
  }

  /** The next message of the process. @throws when it ends instead. */
  async message<T>(): Promise<T> {
    const stop = new AbortController();
    const ended = once(this.process, 'exit', { signal: stop.signal }).then(([code]) => {
      throw new Error(`${this.process.spawnargs.at(-1)} ended with ${code} before it answered`);
    });
    ended.catch(() => {});
    const [message] = (await Promise.race([once(this.process, 'message', { signal: stop.signal }), ended])) as [T];
    stop.abort();
    return message;
  }

  /** Ends the process and waits until it is gone. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const gone = once(this.process, 'exit');
    this.process.kill(signal);
    await gone;
  }
}
