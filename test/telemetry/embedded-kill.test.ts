import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createLogger } from '../../src/shared/logger.ts';
import { createEmbeddedTelemetry } from '../../src/telemetry/embedded.ts';
import { tempDir } from '../support/temp-dir.ts';
import { layout1File } from './layout-1.ts';
import { batchSize, endOf, retention, wrongBelow } from './numbered-readings.ts';

/** Starting processes takes long on a busy machine. */
const patiently = { timeout: 120_000 };

function open(file: string, now: number) {
  return createEmbeddedTelemetry({ file, retention, clock: { now: () => now }, log: createLogger('silent') });
}

test(
  'after kill -9 at any moment of writing and packing every reading is there once, round after round',
  patiently,
  async () => {
    const file = join(await tempDir(), 'readings.db');
    let written = 0;
    for (let round = 1; round <= 3; round++) {
      const lines = await runUntilKilled('pack-forever.ts', [file, String(written)], 30 + 15 * round);
      written = Math.max(written, ...lines.map(Number));
      const telemetry = open(file, endOf(written));
      expect(await wrongBelow(telemetry, written)).toEqual([]);
      await telemetry.pack();
      expect(await wrongBelow(telemetry, written)).toEqual([]);
      await telemetry.close();
    }
    expect(written).toBeGreaterThan(100 * batchSize);
  },
);

test('after kill -9 while an old file is taken over every reading is there once', patiently, async () => {
  const file = join(await tempDir(), 'readings.db');
  const oldFile = join(file, '..', 'layout-1.db');
  const day = 86_400_000;
  const first = 20_513 * day;
  const times = Array.from({ length: 25_000 }, (_, i) => first + i * 100_000);
  const devices = ['gauge-1', 'gauge-2', 'gauge-3'];
  layout1File(file, devices, times);
  for (let round = 1; round <= 3; round++) {
    // The first rounds end while there is an old file.
    await runUntilKilled('take-over-forever.ts', [file], round * 3);
    if (round < 2) expect(existsSync(oldFile)).toBe(true);
    const telemetry = open(file, first + 100 * day);
    for (const deviceId of devices) {
      const range = { deviceId, channel: 'level', from: first, to: times.at(-1)! + 1, stepMs: 1000 };
      const found = await telemetry.range(range);
      expect(found.map(({ at, mean, count }) => [at, mean, count])).toEqual(times.map((at, i) => [at, i / 8, 1]));
    }
    await telemetry.close();
  }
});

/** Runs a child until it has printed so many lines, and kills it a little later. Resolves with the whole lines. */
async function runUntilKilled(child: string, args: string[], enough: number): Promise<string[]> {
  const running = spawn(process.execPath, [join(import.meta.dirname, child), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  running.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    if (printed.split('\n').length > enough) setTimeout(() => running.kill('SIGKILL'), (enough * 7) % 30);
  });
  const [, signal] = await once(running, 'close');
  expect(signal).toBe('SIGKILL');
  return printed.slice(0, printed.lastIndexOf('\n')).split('\n');
}
