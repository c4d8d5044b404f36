import { expect, test } from 'vitest';
import { ageText, clockText, durationText, momentText } from '../../src/console/logic/age.ts';
import { numberText, unitText, valueText } from '../../src/console/logic/units.ts';

const minute = 60_000;

test('an age is told in its largest whole unit, in both languages', () => {
  const now = Date.parse('2026-03-01T08:00:00Z');
  const age = (ms: number) => `${ageText(now, now - ms, 'zh')} | ${ageText(now, now - ms, 'en')}`;
  expect(age(0)).toBe('刚刚 | just now');
  expect(age(42_900)).toBe('42秒前 | 42 seconds ago');
  expect(age(3 * minute + 59_000)).toBe('3分钟前 | 3 minutes ago');
  expect(age(60 * minute)).toBe('1小时前 | 1 hour ago');
  expect(age(49 * 60 * minute)).toBe('2天前 | 2 days ago');
  expect(ageText(now, now + 5 * minute, 'en')).toBe('in 5 minutes');
});

test('a clock counts minutes and seconds, then hours, then days', () => {
  expect([0, 272_000, 65 * minute, 51 * 60 * minute].map(clockText)).toEqual([
    '00:00',
    '04:32',
    '1:05:00',
    '2d 03:00:00',
  ]);
  expect(clockText(-72_500)).toBe('01:12');
  expect(durationText(10 * minute, 'zh')).toBe('10分钟');
  expect(durationText(90 * minute, 'en')).toBe('90 minutes');
});

test('a moment of today has no date, an older one has', () => {
  const now = new Date(2026, 2, 1, 16, 0, 0).getTime();
  expect(momentText(now, new Date(2026, 2, 1, 7, 5, 9).getTime(), 'zh')).toBe('07:05:09');
  expect(momentText(now, new Date(2026, 1, 28, 7, 5, 9).getTime(), 'zh')).toBe('2月28日 07:05:09');
});

test('units are written as people write them, and digits follow the size of the value', () => {
  expect(['1', 'Cel', 'mg/m3', '%', '%LEL', 'cm', 'L/s'].map((unit) => unitText(unit, 'en'))).toEqual([
    '',
    '°C',
    'mg/m³',
    '%',
    '%LEL',
    'cm',
    'L/s',
  ]);
  // The code that channels have: a share of the explosive limit is not a share of the air.
  expect(unitText('%{LEL}', 'zh')).toBe('%LEL');
  expect(unitText('/min', 'zh')).toBe('次/分');
  expect(valueText(31.44, 'cm', 'en')).toBe('31.4\u00a0cm');
  expect(valueText(90, '%', 'zh')).toBe('90%');
  expect([0.08349, 7.654, 12.345, 1204.7].map((value) => numberText(value, 'en'))).toEqual([
    '0.083',
    '7.65',
    '12.3',
    '1,205',
  ]);
});
