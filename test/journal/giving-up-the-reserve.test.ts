import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { giveUpReserve, reservePath } from '../../src/journal/reserve.ts';

const log = pino({ level: 'silent' });

test('before a start the reserve is given up where the disk has too little space, and only there', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'tocsin-reserve-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  await writeFile(reservePath(dir), 'noise');
  await writeFile(join(dir, 'p0'), 'entries');

  await giveUpReserve(dir, 1, log);
  expect(await readdir(dir)).toEqual(['p0', 'reserve']);
  await giveUpReserve(dir, Number.POSITIVE_INFINITY, log);
  expect(await readdir(dir)).toEqual(['p0']);
  await giveUpReserve(dir, Number.POSITIVE_INFINITY, log);
  expect(await readdir(dir)).toEqual(['p0']);
});

test('before the first start there is nothing to give up', async () => {
  await giveUpReserve(join(tmpdir(), 'tocsin-has-never-run-here'), Number.POSITIVE_INFINITY, log);
});
