import { SimulatorError } from './simulator-error.ts';
import { styled } from './terminal.ts';

/**
 * Runs a command of the terminal: the first Ctrl-C asks it to end, a second one ends it at once; what went wrong is one
 * sentence; its result is the exit code.
 */
export async function run(command: (args: string[], signal: AbortSignal) => Promise<number>): Promise<void> {
  const stop = new AbortController();
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(130);
    stop.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  try {
    process.exitCode = await command(process.argv.slice(2), stop.signal);
  } catch (error) {
    if (stop.signal.aborted) {
      process.exitCode = 130;
    } else {
      const text = error instanceof SimulatorError ? error.message : String((error as Error)?.stack ?? error);
      process.stderr.write(`\n  ${styled('red', '✗')} ${text}\n\n`);
      process.exitCode = 1;
    }
  }
}
