import { expect, onTestFinished, test } from 'vitest';
import { openJournalWriter } from '../../src/journal/writer.ts';
import { createLogger } from '../../src/shared/logger.ts';
import { tempDir } from '../support/temp-dir.ts';
import { appendAll } from './entries.ts';

const hour = 3_600_000;
const day = 24 * hour;

test('a clock that is set ahead by mistake takes nothing of what is kept; time that passes does', async () => {
  const given = { wall: Date.now(), steady: 0 };
  const journal = await openJournalWriter({
    dir: await tempDir(),
    segmentBytes: 500,
    keepMs: 7 * day,
    consumers: ['engine'],
    log: createLogger('silent'),
    clock: { now: () => given.wall },
    steady: { now: () => given.steady },
  });
  onTestFinished(() => journal.close());
  for (let i = 0; i < 5; i++) {
    const payload = Buffer.alloc(600, 'x');
    const frame = { deviceId: 'a', topic: 'tocsin/v1/a/up', via: 'mqtt', receivedAt: given.wall + i, payload } as const;
    await appendAll(journal, [{ kind: 'frame', frame }]);
  }
  journal.release(0, 'engine', 5);

  given.wall += 30 * day;
  expect(await journal.trim()).toBe(0);
  // Put right again, and then eight days really pass.
  given.wall -= 30 * day;
  await journal.trim();
  given.wall += 8 * day;
  given.steady += 8 * day;
  expect(await journal.trim()).toBeGreaterThan(2_000);
});
