import { expect, onTestFinished, test } from 'vitest';
import { HistorianPlace } from '../../src/roles/historian-place.ts';
import { openStore } from '../../src/store/open.ts';
import { tempStore } from '../store/temp-store.ts';

async function placeAt(now: () => number) {
  const { store, file } = await tempStore();
  const storeForLater = await openStore(file, { durable: 'later' });
  onTestFinished(() => storeForLater.destroy());
  const parts = { store, storeForLater, partition: 0, steady: { now } };
  return (consumer: string) => new HistorianPlace({ ...parts, consumer });
}

test('every place that was kept is there after an end of the process, and once a second it is one for good', async () => {
  let now = 5_000;
  const open = await placeAt(() => now);
  const place = open('telemetry');
  expect(await place.load()).toBe(0);
  const settled: number[] = [];
  for (const offset of [10, 20, 30, 40]) {
    await place.save(offset);
    settled.push(place.settled);
    // Nothing but the process has ended.
    expect(await open('telemetry').load()).toBe(offset);
    now += 400;
  }
  expect(settled).toEqual([10, 10, 10, 40]);
  await place.save(50);
  expect(place.settled).toBe(40);
  await place.rest();
  expect(place.settled).toBe(50);
  expect(await open('somebody else').load()).toBe(0);
});
