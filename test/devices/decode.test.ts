import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decode, maxSamples } from '../../src/devices/decode.ts';
import { loadDeviceTypes } from '../../src/devices/registry.ts';
import type { DeviceType } from '../../src/model/device-type.ts';

const gauge = loadDeviceTypes(join(import.meta.dirname, '../../devices')).types.get('flood-gauge')!;
const band = loadDeviceTypes(join(import.meta.dirname, '../../devices')).types.get('elder-wristband')!;
const receivedAt = Date.parse('2026-03-01T00:00:00Z');
const limits = { maxFutureMs: 300_000, maxAgeMs: 30 * 86_400_000 };

function run(payload: string | Uint8Array, type: DeviceType = gauge) {
  const { samples, problems } = decode(type, { deviceId: 'd', payload: Buffer.from(payload), receivedAt }, limits);
  return {
    samples: samples.map(({ measuredAt, values }) => ({ after: measuredAt - receivedAt, values })),
    codes: problems.map(({ code }) => code),
    reasons: problems.map(({ reason }) => reason),
  };
}

test('a sample has its device and both clocks', () => {
  const payload = Buffer.from('{"time":1772323140,"level":3}');
  const { samples } = decode(gauge, { deviceId: 'gauge-1', payload, receivedAt }, limits);
  expect(samples).toEqual([{ deviceId: 'gauge-1', measuredAt: receivedAt - 60_000, receivedAt, values: { level: 3 } }]);
});

test.each([
  ['no time', '{"level":3}', 0],
  ['seconds', '{"level":3,"time":1772323140}', -60_000],
  ['seconds with a fraction', '{"level":3,"time":1772323140.5}', -59_500],
  ['milliseconds', '{"level":3,"time":1772323140250}', -59_750],
  ['UTC', '{"level":3,"time":"2026-02-28T23:59:00Z"}', -60_000],
  ['an offset', '{"level":3,"time":"2026-03-01T07:59:00.5+08:00"}', -59_500],
  ['an offset without a colon', '{"level":3,"time":"2026-03-01T07:59:00+0800"}', -60_000],
  ['no seconds', '{"level":3,"time":"2026-03-01T07:59+08:00"}', -60_000],
  ['a clock that is a little ahead', '{"level":3,"time":1772323500}', 300_000],
  ['an object of samples', '{"samples":[{"level":3,"time":1772323140}]}', -60_000],
  ['a list of samples', '[{"level":3,"time":1772323140}]', -60_000],
])('%s', (_, payload, after) => {
  expect(run(payload)).toEqual({ samples: [{ after, values: { level: 3 } }], codes: [], reasons: [] });
});

test.each([
  ['nothing', '', 'PAYLOAD_NOT_JSON'],
  ['text', 'level=3', 'PAYLOAD_NOT_JSON'],
  ['NaN', '{"level":NaN}', 'PAYLOAD_NOT_JSON'],
  ['a byte order mark', '\ufeff{"level":3}', 'PAYLOAD_NOT_JSON'],
  ['half a character', new Uint8Array([0x22, 0xe4, 0xb8, 0x22]), 'PAYLOAD_NOT_JSON'],
  ['null', 'null', 'PAYLOAD_SHAPE'],
  ['a number', '12.4', 'PAYLOAD_SHAPE'],
  ['an empty object', '{}', 'PAYLOAD_SHAPE'],
  ['only a time', '{"time":1772323140}', 'PAYLOAD_SHAPE'],
  ['an empty batch', '[]', 'PAYLOAD_SHAPE'],
  ['samples that are no list', '{"samples":{"level":3}}', 'PAYLOAD_SHAPE'],
  ['a list in a list', '[[{"level":3}]]', 'PAYLOAD_SHAPE'],
  ['brackets without end', '['.repeat(60_000), 'PAYLOAD_NOT_JSON'],
  ['brackets within brackets', `${'['.repeat(30_000)}${']'.repeat(30_000)}`, 'PAYLOAD_SHAPE'],
  ['brackets within brackets as a value', `{"level":${'['.repeat(30_000)}${']'.repeat(30_000)}}`, 'VALUE_TYPE'],
  ['objects within objects as a value', `{"level":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}`, 'VALUE_TYPE'],
  ['an unknown channel', '{"depth":3}', 'CHANNEL_UNKNOWN'],
  ['another spelling', '{"Level":3}', 'CHANNEL_UNKNOWN'],
  ['a number as text', '{"level":"3"}', 'VALUE_TYPE'],
  ['null for a value', '{"level":null}', 'VALUE_TYPE'],
  ['a switch for a number', '{"level":true}', 'VALUE_TYPE'],
  ['an object for a number', '{"level":{"value":3}}', 'VALUE_TYPE'],
  ['more than the range', '{"level":500.1}', 'VALUE_OUT_OF_RANGE'],
  ['infinity', '{"level":1e999}', 'VALUE_OUT_OF_RANGE'],
  ['minus infinity', '{"level":-1e999}', 'VALUE_OUT_OF_RANGE'],
])('%s is refused', (_, payload, code) => {
  expect(run(payload)).toMatchObject({ samples: [], codes: [code] });
});

test.each([
  [
    'brackets within brackets as the time',
    `{"time":${'['.repeat(30_000)}${']'.repeat(30_000)},"level":3}`,
    'TIME_INVALID',
  ],
  ['1970', '{"level":3,"time":0}', 'TIME_TOO_OLD'],
  ['before 1970', '{"level":3,"time":-5}', 'TIME_TOO_OLD'],
  ['a month and a second ago', '{"level":3,"time":1769731199}', 'TIME_TOO_OLD'],
  ['2099', '{"level":3,"time":"2099-01-01T00:00:00Z"}', 'TIME_IN_FUTURE'],
  ['six minutes ahead', '{"level":3,"time":1772323560}', 'TIME_IN_FUTURE'],
  ['a time beyond the calendar', '{"level":3,"time":1e300}', 'TIME_IN_FUTURE'],
  ['a time without end', '{"level":3,"time":1e999}', 'TIME_INVALID'],
  ['a time without an offset', '{"level":3,"time":"2026-03-01T08:00:00"}', 'TIME_INVALID'],
  ['a day that does not exist', '{"level":3,"time":"2026-02-30T08:00:00Z"}', 'TIME_INVALID'],
  ['an hour that does not exist', '{"level":3,"time":"2026-02-28T24:00:00Z"}', 'TIME_INVALID'],
  ['a time that is null', '{"level":3,"time":null}', 'TIME_INVALID'],
])('a time that cannot be right is named, and the time of receipt counts: %s', (_, payload, code) => {
  expect(run(payload)).toMatchObject({ samples: [{ after: 0, values: { level: 3 } }], codes: [code] });
});

const day = 86_400_000;
const at = (after: number) => receivedAt + after;
const batchOf = (...times: unknown[]) => JSON.stringify(times.map((time, level) => ({ time, level })));

test.each([
  ['1970: the newest was measured when it came', [0, 60, 120], [-120_000, -60_000, 0]],
  [
    'ahead by two hours, the first ones within what is possible',
    [-day, 3_600_000, 7_200_000].map(at),
    [-day - 7_200_000, -3_600_000, 0],
  ],
  ['a single wild one', [at(-60_000), at(99 * 365 * day), at(0)], [-60_000, 0]],
  ['some are older than allowed', [at(-40 * day), at(-60_000)], [-60_000]],
  ['none can be read', ['?', '?'], []],
])('the clock of a batch: %s', (_, times, after) => {
  const { samples } = run(batchOf(...times));
  expect(samples.map((sample) => sample.after)).toEqual(after);
});

test('what was put right is marked', () => {
  const qualities = (payload: string) =>
    decode(gauge, { deviceId: 'd', payload: Buffer.from(payload), receivedAt }, limits).samples.map(
      (one) => one.quality,
    );
  expect(qualities(batchOf(at(-60_000), at(0)))).toEqual([undefined, undefined]);
  expect(qualities(batchOf(at(0), at(day)))).toEqual(['clock', 'clock']);
  expect(qualities('{"level":3,"time":0}')).toEqual(['clock']);
});

test.each([
  ['{"sos":true,"worn":1,"fall":0,"steps":0}', { sos: 1, worn: 1, fall: 0, steps: 0 }, []],
  ['{"sos":2,"steps":4}', { steps: 4 }, ['VALUE_OUT_OF_RANGE']],
  ['{"sos":"yes","steps":4}', { steps: 4 }, ['VALUE_TYPE']],
])('switches: %s', (payload, values, codes) => {
  expect(run(payload, band)).toMatchObject({ samples: [{ values }], codes });
});

test('a bad channel is refused by itself, the good ones of the sample are taken', () => {
  const got = run('{"level":12.4,"rain":-1,"colour":"blue","battery":96}');
  expect(got.samples).toEqual([{ after: 0, values: { level: 12.4, battery: 96 } }]);
  expect(got.codes).toEqual(['VALUE_OUT_OF_RANGE', 'CHANNEL_UNKNOWN']);
  expect(got.reasons[1]).toBe('"colour" is no channel of a flood-gauge; its channels are level, rain, flow, battery.');
});

test('a bad sample is refused by itself and named, the others of the batch are taken', () => {
  const got = run('[{"level":1},7,{"level":900},{"level":4}]');
  expect(got.samples.map(({ values }) => values)).toEqual([{ level: 1 }, { level: 4 }]);
  expect(got.codes).toEqual(['PAYLOAD_SHAPE', 'VALUE_OUT_OF_RANGE']);
  expect(got.reasons[1]).toBe('Sample 2: "level" is 900; a sensor can say -50 to 500 cm.');
});

test('something beside the samples of a batch is named, the samples are taken', () => {
  expect(run('{"samples":[{"level":1}],"battery":9}')).toMatchObject({
    samples: [{ values: { level: 1 } }],
    codes: ['PAYLOAD_SHAPE'],
  });
});

test('a batch has a largest size', () => {
  const batch = (count: number) => JSON.stringify(Array.from({ length: count }, () => ({ level: 1 })));
  expect(run(batch(maxSamples)).samples).toHaveLength(maxSamples);
  expect(run(batch(maxSamples + 1))).toMatchObject({ samples: [], codes: ['PAYLOAD_SHAPE'] });
});

test('a batch that is wrong all through gives a handful of problems and says how many there were', () => {
  const { codes, reasons } = run(`[${'1,'.repeat(4_999)}1]`);
  expect(codes).toHaveLength(20);
  expect(reasons.at(-1)).toMatch(/And 4980 more problems in this frame\.$/);
});

test('keys of the prototype are keys like any other', () => {
  const keys = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
  const got = run(
    `{"__proto__":{"level":1},"constructor":{"prototype":{"x":1}},"toString":1,"hasOwnProperty":0,"level":5}`,
  );
  expect(got.samples).toEqual([{ after: 0, values: { level: 5 } }]);
  expect(got.codes).toEqual(keys.map(() => 'CHANNEL_UNKNOWN'));
  expect(Object.hasOwn(Object.prototype, 'x')).toBe(false);
  expect(run('{"__proto__":{"samples":[{"level":1}]}}').codes).toEqual(['CHANNEL_UNKNOWN']);
});

test('a key that comes twice counts once, the last', () => {
  expect(run('{"level":1,"level":2}').samples).toEqual([{ after: 0, values: { level: 2 } }]);
});

test('what a device sent is shown cut short', () => {
  const { reasons } = run(JSON.stringify({ level: 'x'.repeat(50_000) }));
  expect(reasons[0]!.length).toBeLessThan(200);
});

test("a maker's own layout is read along its paths, in its own units", () => {
  const map = [
    { channel: 'level', path: ['data', 'wl'], factor: 0.001 / 0.01, offset: 0 },
    { channel: 'battery', path: ['bat'], factor: 1, offset: 0 },
    { channel: 'time', path: ['meta', 'ts'], factor: 1, offset: 0 },
  ];
  const foreign: DeviceType = { ...gauge, map };
  const message = { data: { wl: 123, noise: 4 }, bat: 87, meta: { ts: 1772323140, __proto__: {} }, rain: 0.2 };
  expect(run(JSON.stringify(message), foreign)).toEqual({
    samples: [{ after: -60_000, values: { level: 12.3, battery: 87, rain: 0.2 } }],
    codes: [],
    reasons: [],
  });
  expect(run('{"data":{"wl":9000}}', foreign).codes).toEqual(['VALUE_OUT_OF_RANGE']);
  expect(run('{"data":7,"rain":1}', foreign).samples).toEqual([{ after: 0, values: { rain: 1 } }]);
  expect(run('{"constructor":7}', foreign).codes).toEqual(['CHANNEL_UNKNOWN']);
});
