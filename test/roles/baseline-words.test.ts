import { expect, onTestFinished, test, vi } from 'vitest';
import { Progress } from '../../src/journal/progress.ts';
import { openJournalWriter } from '../../src/journal/writer.ts';
import { WordAnnouncer } from '../../src/roles/word-announcer.ts';
import { systemClock } from '../../src/shared/clock.ts';
import { createLogger } from '../../src/shared/logger.ts';
import { addWord, takeWordBack } from '../../src/store/baseline-words.ts';
import type { Store } from '../../src/store/open.ts';
import { gaussFrom } from '../baseline/series.ts';
import { deviceType } from '../rules/support.ts';
import { tempStore } from '../store/temp-store.ts';
import { appendFrames } from '../support/append-frames.ts';
import { tempDir } from '../support/temp-dir.ts';
import { addDevices, startLoop } from './started-loop.ts';

const log = createLogger('silent');
const begin = 1_772_323_200_000;
const stepMs = 600_000;
const type = deviceType({
  channels: { level: 'cm' },
  baseline: ['level'],
  rules: [{ name: 'odd', levels: [{ severity: 'blue', when: 'baseline(level).score > 0.99' }] }],
});

async function openTown() {
  const { store } = await tempStore();
  await addDevices(store, type.id, ['d1']);
  const dir = await tempDir();
  const journal = await openJournalWriter({ dir, segmentBytes: 1_000_000, keepMs: 1e12, log });
  onTestFinished(() => journal.close());
  return { store, dir, journal };
}

/** Judges the whole journal, and gives what a checkpoint then keeps of the baseline. */
async function judged(store: Store, dir: string, progress: SharedArrayBuffer): Promise<string> {
  const loop = await startLoop({ store, dir, journal: { progress }, type });
  const end = new Progress(progress, 0).end;
  await vi.waitFor(() => expect(loop.offset).toBe(end), 8000);
  await loop.stop();
  const row = await store.selectFrom('foldState').selectAll().where('key', '=', 'baseline/d1/level').executeTakeFirst();
  return row!.stateJson;
}

test('what a person says holds from its place in the journal on, and a restart from there or before judges the same', async () => {
  const { store, dir, journal } = await openTown();
  const announcer = new WordAnnouncer({ store, journal, clock: systemClock, log });
  onTestFinished(() => announcer.stop());
  const gauss = gaussFrom(7);
  let at = begin;
  const days = async (count: number, middle: number) => {
    await appendFrames(journal, count * 144, () => {
      at += stepMs;
      return { deviceId: 'd1', payload: JSON.stringify({ level: middle + 20 * gauss() }), receivedAt: at };
    });
  };
  const word = { alarmId: 'a', deviceId: 'd1', channel: 'level', byPersonId: 'p' };

  await days(5, 300);
  await addWord(store, { ...word, id: 'w1', verdict: 'false-alarm', at: 1 });
  await announcer.announce();
  await days(1, 300);
  const first = await judged(store, dir, journal.progress);
  expect(JSON.parse(first)).toMatchObject({ damping: 0.5 });

  // Nothing is told twice.
  const end = journal.end(0);
  await announcer.announce();
  expect(journal.end(0)).toBe(end);

  await days(1, 500);
  await addWord(store, { ...word, id: 'w2', verdict: 'new-normal', at: 2 });
  await takeWordBack(store, 'w1', 'p', 3);
  await announcer.announce();
  await days(1, 500);
  const goneOn = await judged(store, dir, journal.progress);
  const { accepted, damping } = JSON.parse(goneOn) as { accepted: number; damping?: number };
  expect(damping).toBeUndefined();
  expect(accepted).toBeGreaterThan(100);

  for (const table of ['foldState', 'checkpoint', 'alarmChange', 'alarm'] as const)
    await store.deleteFrom(table).execute();
  expect(await judged(store, dir, journal.progress)).toBe(goneOn);
});
