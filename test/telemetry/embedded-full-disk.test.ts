import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createLogger } from '../../src/shared/logger.ts';
import { createEmbeddedTelemetry } from '../../src/telemetry/embedded.ts';
import { tempDir } from '../support/temp-dir.ts';
import { endOf, retention, wrongBelow } from './numbered-readings.ts';

test('a disk that is full while readings are written and packed harms none that was taken', {
  timeout: 120_000,
}, async () => {
  const file = join(await tempDir(), 'readings.db');
  let written = 0;
  // Files of 512-byte blocks: room for some 100,000 readings as they are written, first; then for none.
  for (const blocks of [2000, 2000, 1400]) {
    const lines = await runUntilFull(file, written, blocks);
    written = Math.max(written, ...lines.map(Number).filter((line) => line >= 0));
    const telemetry = createEmbeddedTelemetry({
      file,
      retention,
      clock: { now: () => endOf(written) },
      log: createLogger('silent'),
    });
    expect(await wrongBelow(telemetry, written)).toEqual([]);
    await telemetry.close();
  }
  expect(written).toBeGreaterThan(10_000);

  // With room again everything goes on.
  const telemetry = createEmbeddedTelemetry({
    file,
    retention,
    clock: { now: () => endOf(written) },
    log: createLogger('silent'),
  });
  await telemetry.pack();
  expect(await wrongBelow(telemetry, written)).toEqual([]);
  await telemetry.close();
});

/** Runs the child with a limit to its files until it has met it several times, then ends it. Resolves with its lines. */
async function runUntilFull(file: string, from: number, blocks: number): Promise<string[]> {
  const child = join(import.meta.dirname, 'pack-forever.ts');
  const command = `ulimit -f ${blocks} && exec "$0" "$@"`;
  const running = spawn('sh', ['-c', command, process.execPath, child, file, String(from)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  running.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    if (printed.split('failed').length > 5) running.kill('SIGKILL');
  });
  const [, signal] = await once(running, 'close');
  expect(signal).toBe('SIGKILL');
  return printed.slice(0, printed.lastIndexOf('\n')).split('\n');
}
