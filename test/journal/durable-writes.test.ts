import { constants, fdatasync } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import { fileDisk } from '../../src/journal/disk.ts';
import { openJournalWriter } from '../../src/journal/writer.ts';
import { createLogger } from '../../src/shared/logger.ts';
import { tempDir } from '../support/temp-dir.ts';

/** Flags of every segment in a folder that this process has open. */
async function flagsOfSegments(dir: string): Promise<number[]> {
  const flags: number[] = [];
  for (const fd of await readdir('/proc/self/fd')) {
    const path = await readlink(`/proc/self/fd/${fd}`).catch(() => '');
    if (!path.startsWith(dir) || !path.endsWith('.seg')) continue;
    const info = await readFile(`/proc/self/fdinfo/${fd}`, 'utf8');
    flags.push(Number.parseInt(/^flags:\s+(\d+)/m.exec(info)![1]!, 8));
  }
  return flags;
}

test('what is written to a segment is on the medium before anybody is told: by the flag of the file or by a sync', async () => {
  const dir = await tempDir();
  const log = createLogger('silent');
  for (const round of ['new', 'opened again']) {
    const journal = await openJournalWriter({ dir, segmentBytes: 300, keepMs: 1_000_000, log });
    onTestFinished(() => journal.close().catch(() => {}));
    // More than one segment: also those that are begun later.
    for (let at = 1; at <= 5; at++)
      await new Promise<void>((resolve) => journal.append(0, { kind: 'tick', at }, () => resolve()));
    if (fileDisk.sync !== fdatasync) {
      const flags = await flagsOfSegments(dir);
      expect(flags.length, round).toBeGreaterThan(0);
      for (const flag of flags) expect(flag & constants.O_DSYNC).toBe(constants.O_DSYNC);
    }
    await journal.close();
  }
});
