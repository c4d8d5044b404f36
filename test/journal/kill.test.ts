import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { openJournalReader } from '../../src/journal/reader.ts';
import { openJournalWriter } from '../../src/journal/writer.ts';
import { readAll } from './entries.ts';

const child = join(import.meta.dirname, 'append-forever.ts');

test('what was acknowledged before kill -9 is there afterwards, at its offset, round after round', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'tocsin-kill-'));
  const acknowledged = new Map<number, number>();
  for (let round = 1; round <= 4; round++) {
    for (const [offset, number] of await appendUntilKilled(dir, round * 1500)) acknowledged.set(offset, number);
    const writer = await openJournalWriter({ dir, segmentBytes: 100_000, keepMs: 0, log: pino({ level: 'silent' }) });
    const reader = await openJournalReader({ dir, partition: 0, progress: writer.progress });
    const numbers = (await readAll(reader, 0, reader.end())).map(({ entry }) =>
      entry.kind === 'frame' ? JSON.parse(Buffer.from(entry.frame.payload).toString()).number : null,
    );
    const lost = [...acknowledged].filter(([offset, number]) => numbers[offset] !== number);
    expect(lost).toEqual([]);
    expect(numbers).toEqual(numbers.map((_, offset) => offset));
    await reader.close();
    await writer.close();
  }
  expect(acknowledged.size).toBeGreaterThan(10_000);
  expect((await readdir(join(dir, 'p0'))).length).toBeGreaterThan(3);
  await rm(dir, { recursive: true });
});

/** Runs the child until it has acknowledged about so many, then kills it. Resolves with what it printed until then. */
async function appendUntilKilled(dir: string, enough: number): Promise<[number, number][]> {
  const running = spawn(process.execPath, [child, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  let lines = 0;
  running.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    lines += text.split('\n').length - 1;
    if (lines >= enough) running.kill('SIGKILL');
  });
  const [, signal] = await once(running, 'close');
  expect(signal).toBe('SIGKILL');
  // The last line may have been cut by the kill.
  return printed
    .slice(0, printed.lastIndexOf('\n'))
    .split('\n')
    .map((line) => line.split(' ').map(Number) as [number, number]);
}
