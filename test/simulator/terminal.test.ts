import { expect, test } from 'vitest';
import { eventsIn } from '../../simulator/live-alarms.ts';
import { positiveNumber, readOptions, span, wholeNumber } from '../../simulator/options.ts';
import { loadScenario } from '../../simulator/scenario.ts';
import { table } from '../../simulator/terminal.ts';
import { durationOf } from '../../simulator/yaml-file.ts';

test('columns are aligned where Chinese takes two of them, and colours none', () => {
  const rows = [
    ['网格', 'grid', 'x'],
    ['\u001b[1mab\u001b[22m', '社区', 'y'],
  ];
  expect(table(rows, '').split('\n')).toEqual(['网格   grid   x', '\u001b[1mab\u001b[22m     社区   y']);
});

test.each([
  ['90 s', 90_000],
  ['-170 s', -170_000],
  ['26h', 93_600_000],
  ['1.5 min', 90_000],
  ['soon', null],
  ['5', null],
])('%j is %s ms', (text, ms) => {
  expect(durationOf(text)).toBe(ms);
});

test('an option that is not there is told with those that are', () => {
  const options = { speed: { type: 'string' }, url: { type: 'string' } } as const;
  expect(() => readOptions(['--spede', '3'], options)).toThrow("Unknown option '--spede'. There are --speed, --url.");
  expect(readOptions(['--speed', '3'], options).speed).toBe('3');
});

test('a bad value is told with what is allowed', () => {
  expect(() => wholeNumber('devices', '1e9', 1, 10_000)).toThrow(
    '--devices is "1e9", but must be a whole number from 1 to 10000.',
  );
  expect(() => wholeNumber('devices', '', 0, 10)).toThrow(/whole number/);
  expect(() => positiveNumber('speed', 'fast')).toThrow('--speed is "fast", but must be a number above 0.');
  expect(() => span('history', '-1 h')).toThrow(/--history is "-1 h", but must be a duration such as/);
  expect(wholeNumber('devices', '200', 1, 10_000)).toBe(200);
});

test('a scenario that is not there is told with those that are', () => {
  expect(() => loadScenario('fire')).toThrow(
    /There is no scenario "fire"\. There are cover-opened, elder-fall, flood, /,
  );
});

test('events are read from a stream that is cut anywhere', async () => {
  const text =
    'retry: 2000\n\nid: 1\nevent: alarm\ndata: {"a":"告警"}\n\n: beat\n\ndata: x\r\ndata: y\r\n\r\nid: 3\ndata: half';
  const bytes = Buffer.from(text);
  async function* pieces(size: number) {
    for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
  }
  for (const size of [1, 3, 7, 1_000]) {
    const events = [];
    for await (const event of eventsIn(pieces(size))) events.push(event);
    expect(events).toEqual([
      { name: 'alarm', data: '{"a":"告警"}' },
      { name: 'message', data: 'x\ny' },
    ]);
  }
});
