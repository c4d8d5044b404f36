import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadDeviceTypes } from '../../../src/devices/registry.ts';
import { DeviceLimit } from '../../../src/ingest/limits/device-limit.ts';
import { lifeSafetyTest } from '../../../src/ingest/limits/life-safety.ts';

const { types } = loadDeviceTypes(join(import.meta.dirname, '../../../devices'));
const says = (type: string, text: string) => lifeSafetyTest(types.get(type))(Buffer.from(text));

test('the types that come with Tocsin mark SOS, fall, gas and an open cover', () => {
  expect(says('elder-wristband', '{"sos":true}')).toBe(true);
  expect(says('elder-wristband', '{ "worn" : true, "fall" : 1 }')).toBe(true);
  expect(says('manhole-cover', '{"ch4":80}')).toBe(true);
  expect(says('manhole-cover', '[{"h2s":3}]')).toBe(true);
  expect(says('manhole-cover', '{"open":true}')).toBe(true);
});

test('telemetry is none', () => {
  expect(says('elder-wristband', '{"heart_rate":70,"steps":12}')).toBe(false);
  expect(says('flood-gauge', '{"level":3}')).toBe(false);
  expect(says('kitchen-fume', '{"fume":1}')).toBe(false);
});

test('another type does not get through by naming a channel that it has not', () => {
  expect(says('flood-gauge', '{"level":3,"sos":true}')).toBe(false);
});

test('in doubt it is one: a key with escapes, a device of an unknown type', () => {
  expect(says('elder-wristband', '{"s\\u006fs":true}')).toBe(true);
  expect(says('no-such-type', '{"level":3}')).toBe(true);
});

test('where the maker lays the payload out, his key counts', () => {
  const band = types.get('elder-wristband')!;
  const mapped = lifeSafetyTest({ ...band, map: [{ channel: 'sos', path: ['data', 'btn'], factor: 1, offset: 0 }] });
  expect(mapped(Buffer.from('{"data":{"btn":1}}'))).toBe(true);
  expect(mapped(Buffer.from('{"data":{"hr":70}}'))).toBe(false);
});

test('a part of a larger buffer is searched alone', () => {
  const whole = Buffer.from('{"sos":true}{"worn":true}');
  expect(lifeSafetyTest(types.get('elder-wristband'))(whole.subarray(12))).toBe(false);
});

test('when space is used up a device is heard with all that it says, or with nothing', () => {
  const urgent = (type: string) => new DeviceLimit(type, types.get(type), 'auto').urgent;
  expect(urgent('elder-wristband')).toBe(true);
  expect(urgent('manhole-cover')).toBe(true);
  expect(urgent('no-such-type')).toBe(true);
  expect(urgent('flood-gauge')).toBe(false);
});
