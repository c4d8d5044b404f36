import { expect, test } from 'vitest';
import { loadDeviceType } from '../../src/devices/registry.ts';
import type { DeviceType } from '../../src/model/device-type.ts';
import { randomFrom } from '../support/random.ts';
import { deviceType, judgeAll, story } from './support.ts';

const minute = 60_000;
const quarter = 15 * minute;

/** Ten days of a river that moves by centimetres, and three hours of one that stands half a metre higher. */
const samples = (channel: string) => {
  const random = randomFrom(5);
  return Array.from({ length: 972 }, (_, i) => {
    const tide = 0.1 * Math.sin((i / 96) * 2 * Math.PI) + 0.02 * random();
    return { at: i * quarter, values: { [channel]: 10 + tide + (i < 960 ? 0 : 0.5) } };
  });
};
const rule = (channel: string) => ({
  name: 'odd',
  maxGapMs: 3 * quarter,
  levels: [{ severity: 'blue' as const, when: `baseline(${channel}).score > 0.96` }],
});
const withResolution = (resolution: number | undefined): DeviceType => {
  const type = deviceType({ channels: { stage: 'm' }, baseline: ['stage'], rules: [rule('stage')] });
  return { ...type, channels: type.channels.map((one) => ({ ...one, ...(resolution && { resolution }) })) };
};

test('what is finer than the resolution of a channel is never unusual, however little it moves', () => {
  expect(story(judgeAll(withResolution(0.01), samples('stage')))).toEqual([`raised blue ${960 * 15}`]);
  // A thousandth of its range, which goes from -1000 to 1000, is two metres.
  expect(story(judgeAll(withResolution(undefined), samples('stage')))).toEqual([]);
});

test('river gauges, whose range is that of all datums, see centimetres', () => {
  const { channels } = loadDeviceType('devices/river-gauge');
  expect(channels.find(({ name }) => name === 'stage')).toMatchObject({ baseline: true, resolution: 0.01 });
});
