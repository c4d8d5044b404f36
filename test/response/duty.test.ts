import { expect, test } from 'vitest';
import { covers } from '../../src/response/duty.ts';

const zone = 'Asia/Shanghai';
const at = (text: string) => Date.parse(`${text}+08:00`);

// 2026-03-02 is a Monday.
test.each([
  ['within the hours', '12345', 540, 1080, '2026-03-02T09:00', true],
  ['the last minute is not included', '12345', 540, 1080, '2026-03-02T18:00', false],
  ['another day', '67', 540, 1080, '2026-03-02T12:00', false],
  ['to the end of the day', '1', 0, 1440, '2026-03-02T23:59', true],
  ['the end of the day is not the next day', '1', 0, 1440, '2026-03-03T00:00', false],
  ['over midnight, in the evening', '5', 1320, 360, '2026-03-06T22:00', true],
  ['over midnight, next morning', '5', 1320, 360, '2026-03-07T05:59', true],
  ['over midnight, its own morning', '5', 1320, 360, '2026-03-06T05:59', false],
  ['over midnight, from Sunday to Monday', '7', 1320, 360, '2026-03-02T03:00', true],
  ['a day round, at its end', '1', 480, 480, '2026-03-03T07:59', true],
  ['a day round, after it', '1', 480, 480, '2026-03-03T08:00', false],
])('%s', (_name, days, fromMinute, toMinute, moment, expected) => {
  expect(covers({ days, fromMinute, toMinute }, at(moment), zone)).toBe(expected);
});

test('hours are meant in the zone of the installation', () => {
  const hours = { days: '1', fromMinute: 0, toMinute: 60 };
  const moment = Date.parse('2026-03-01T16:30Z');
  expect(covers(hours, moment, 'Asia/Shanghai')).toBe(true);
  expect(covers(hours, moment, 'UTC')).toBe(false);
});
