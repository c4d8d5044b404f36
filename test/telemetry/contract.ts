import { expect, test } from 'vitest';
import { clockMarkOf, type Reading } from '../../src/model/reading.ts';
import type { Telemetry } from '../../src/telemetry/port.ts';

const minute = 60_000;
/** A start that no step of the tests divides, so that steps visibly begin at multiples of themselves. */
export const start = 1_772_323_200_000 + 3 * minute;

export function reading(deviceId: string, channel: string, measuredAt: number, value: number): Reading {
  return { deviceId, deviceType: 'flood-gauge', channel, value, measuredAt, receivedAt: measuredAt + 1000 };
}

/** What every engine of the port does. `telemetry` gives one that is prepared; each test uses devices of its own. */
export function telemetryContract(telemetry: () => Telemetry): void {
  test('a range is downsampled to mean, min, max and count, steps starting at multiples of the step', async () => {
    const values = [1, 2, 6, 3, 5, 4];
    await telemetry().write(values.map((value, i) => reading('steps', 'level', start + i * minute, value)));

    const query = { deviceId: 'steps', channel: 'level', from: start, to: start + 6 * minute, stepMs: 5 * minute };
    expect(await telemetry().range(query)).toEqual([
      { at: start - 3 * minute, mean: 1.5, min: 1, max: 2, count: 2 },
      { at: start + 2 * minute, mean: 4.5, min: 3, max: 6, count: 4 },
    ]);
  });

  test('a range begins with `from`, ends before `to`, leaves empty steps out and takes steps of many days', async () => {
    const day = 86_400_000;
    await telemetry().write([
      reading('bounds', 'level', start - 1, 100),
      reading('bounds', 'level', start, 1),
      reading('bounds', 'level', start + 60 * minute - 1, 2),
      reading('bounds', 'level', start + 60 * minute, 100),
    ]);
    const query = { deviceId: 'bounds', channel: 'level', from: start, to: start + 60 * minute };
    expect(await telemetry().range({ ...query, stepMs: minute })).toEqual([
      { at: start, mean: 1, min: 1, max: 1, count: 1 },
      { at: start + 59 * minute, mean: 2, min: 2, max: 2, count: 1 },
    ]);
    const stepMs = 40 * day;
    expect(await telemetry().range({ ...query, stepMs })).toEqual([
      { at: Math.floor(start / stepMs) * stepMs, mean: 1.5, min: 1, max: 2, count: 2 },
    ]);
  });

  test('what is not there is empty', async () => {
    const query = { deviceId: 'nobody', channel: 'level', from: start, to: start + minute, stepMs: minute };
    expect(await telemetry().range(query)).toEqual([]);
    expect(await telemetry().latest('nobody', ['level'])).toEqual([]);
    await telemetry().write([]);
  });

  test('writing a reading again leaves one, with the value written last', async () => {
    const readings = [reading('again', 'level', start, 1), reading('again', 'level', start + 1, 2)];
    await telemetry().write(readings);
    await telemetry().write(readings);
    await telemetry().write([reading('again', 'level', start + 1, 4), reading('again', 'level', start + 1, 8)]);

    const query = { deviceId: 'again', channel: 'level', from: start, to: start + minute, stepMs: 3 * minute };
    expect(await telemetry().range(query)).toEqual([{ at: start, mean: 4.5, min: 1, max: 8, count: 2 }]);
  });

  test('a mark of a clock that was off is found by its channel, beside the reading at the same time', async () => {
    const [at, mark] = [start + 7, clockMarkOf('level')];
    await telemetry().write([reading('marks', 'level', at, 12), reading('marks', mark, at, 1)]);
    await telemetry().write([reading('marks', 'level', at + minute, 13)]);

    const query = { deviceId: 'marks', from: start, to: start + 2 * minute, stepMs: minute };
    const counts = async (channel: string) =>
      (await telemetry().range({ ...query, channel })).map(({ at, count }) => [at - start, count]);
    expect(await counts('level')).toEqual([
      [0, 1],
      [minute, 1],
    ]);
    expect(await counts(mark)).toEqual([[0, 1]]);
    expect(await telemetry().latest('marks', [mark])).toEqual([{ channel: mark, value: 1, measuredAt: at }]);
  });

  test('the latest value of each channel goes by measured time, whatever came last', async () => {
    await telemetry().write([reading('latest', 'level', start + 5, 2), reading('latest', 'battery', start, 96)]);
    await telemetry().write([reading('latest', 'level', start + 4, 1)]);

    const latest = await telemetry().latest('latest', ['level', 'battery', 'flow']);
    expect(latest.sort((a, b) => a.channel.localeCompare(b.channel))).toEqual([
      { channel: 'battery', value: 96, measuredAt: start },
      { channel: 'level', value: 2, measuredAt: start + 5 },
    ]);
  });

  test('values keep every digit, and channels of one moment do not mix', async () => {
    const values = [0.1 + 0.2, -1.5e-7, 1e21, -0.25, 0, 123_456_789.123_456_79];
    await telemetry().write(values.map((value, i) => reading('digits', `channel${i}`, start, value)));

    const latest = await telemetry().latest(
      'digits',
      values.map((_value, i) => `channel${i}`),
    );
    expect(latest.map(({ value }) => value)).toEqual(values);
  });

  test.for([
    ['quotes "a" and \'b\'', `"co2" o'clock`],
    ['comma, equals = blank', 'a,b=c d'],
    ['back\\slash', 'fl\\ow'],
    ['水位计-7', '水位'],
    [`x' OR '1'='1`, '"level") FROM "reading"; DROP MEASUREMENT "reading"; --'],
    ['tag-name', 'device'],
  ])('names are data, not syntax: %s', async ([deviceId, channel]) => {
    await telemetry().write([reading(deviceId!, channel!, start, 7), reading(`${deviceId}2`, channel!, start, 9)]);

    expect(await telemetry().latest(deviceId!, [channel!])).toEqual([{ channel, value: 7, measuredAt: start }]);
    const query = { deviceId: deviceId!, channel: channel!, from: start, to: start + 1, stepMs: 3 * minute };
    expect(await telemetry().range(query)).toEqual([{ at: start, mean: 7, min: 7, max: 7, count: 1 }]);
  });

  test('a batch is larger than what a store takes at once', async () => {
    const many = Array.from({ length: 12_001 }, (_, i) => reading('many', 'level', start + i, i));
    await telemetry().write(many);

    const query = { deviceId: 'many', channel: 'level', from: start, to: start + minute, stepMs: 3 * minute };
    expect(await telemetry().range(query)).toEqual([{ at: start, mean: 6000, min: 0, max: 12_000, count: 12_001 }]);
  });
}
