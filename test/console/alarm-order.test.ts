import { expect, test } from 'vitest';
import type { Alarm } from '../../src/api/contract.ts';
import { passes } from '../../src/console/logic/alarm-filter.ts';
import { compareAlarms, compareByTime, compareOwnFirst } from '../../src/console/logic/alarm-order.ts';
import { worstBy } from '../../src/console/logic/worst.ts';
import { alarm } from './alarm.ts';

const ids = (alarms: Alarm[]) => alarms.map((one) => one.id).join(' ');

test('the live list has the worst first, then what nobody has seen, then the newest', () => {
  const alarms = [
    alarm({ id: 'old-yellow', severity: 'yellow', raisedAt: 10 }),
    alarm({ id: 'seen-red', severity: 'red', state: 'acknowledged', raisedAt: 50 }),
    alarm({ id: 'blue', severity: 'blue', raisedAt: 60 }),
    alarm({ id: 'red', severity: 'red', raisedAt: 5 }),
    alarm({ id: 'new-yellow', severity: 'yellow', raisedAt: 20 }),
    alarm({ id: 'over-red', severity: 'red', active: false, state: 'returned-unacknowledged', raisedAt: 70 }),
    alarm({ id: 'orange', severity: 'orange', raisedAt: 1 }),
  ];
  expect(ids(alarms.sort(compareAlarms))).toBe('red seen-red orange new-yellow old-yellow blue over-red');
  expect(ids(alarms.sort(compareByTime))).toBe('over-red blue seen-red new-yellow old-yellow red orange');
});

test('for someone with own areas these come first, each part in the order of the live list', () => {
  const alarms = [
    alarm({ id: 'red', gridId: 'g9', severity: 'red' }),
    alarm({ id: 'own-over', gridId: 'g1', severity: 'red', active: false }),
    alarm({ id: 'own-blue', gridId: 'g1', severity: 'blue' }),
    alarm({ id: 'own-orange', gridId: 'g1', severity: 'orange' }),
  ];
  expect(ids(alarms.sort(compareOwnFirst((one) => one.gridId === 'g1')))).toBe('own-orange own-blue red own-over');
});

test('a place has the colour of its worst active alarm, and none when all are over', () => {
  const worst = worstBy(
    [
      alarm({ id: '1', gridId: 'g1', severity: 'yellow', state: 'acknowledged' }),
      alarm({ id: '2', gridId: 'g1', severity: 'orange' }),
      alarm({ id: '3', gridId: 'g1', severity: 'blue' }),
      alarm({ id: '4', gridId: 'g1', severity: 'red', active: false, state: 'normal' }),
      alarm({ id: '5', gridId: 'g2', severity: 'red', active: false, state: 'returned-unacknowledged' }),
    ],
    'gridId',
  );
  expect(worst.get('g1')).toEqual({ severity: 'orange', count: 3, unacknowledged: 2 });
  expect(worst.has('g2')).toBe(false);
});

test('filters take severity, state, grid and words in both languages together', () => {
  const one = alarm({ id: 'a1', severity: 'red', gridId: 'g1', deviceName: '人民路下穿通道' });
  const everything = { severities: [], state: 'all', gridId: null, text: '' } as const;
  const gridName = (id: string) => (id === 'g1' ? '滨江第一网格 Riverside Grid 1' : id);
  const found = (changes: Partial<Parameters<typeof passes>[1]>) =>
    passes(one, { ...everything, ...changes }, gridName);

  expect(found({})).toBe(true);
  expect(found({ severities: ['red', 'blue'] })).toBe(true);
  expect(found({ severities: ['blue'] })).toBe(false);
  expect(found({ state: 'unacknowledged' })).toBe(true);
  expect(found({ state: 'over' })).toBe(false);
  expect(found({ gridId: 'g2' })).toBe(false);
  expect(found({ text: '人民路 RIVERSIDE' })).toBe(true);
  expect(found({ text: 'waterlogging 王小明' })).toBe(false);
  expect(
    passes(
      { ...one, active: false, state: 'returned-unacknowledged' },
      { ...everything, state: 'unacknowledged' },
      gridName,
    ),
  ).toBe(true);
});
