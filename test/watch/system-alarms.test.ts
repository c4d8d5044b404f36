import { expect, test } from 'vitest';
import type { SystemTrouble } from '../../src/model/system-alarm.ts';
import { SystemAlarms } from '../../src/watch/system-alarms.ts';

const epoch = 1_772_323_200_000;
const late: SystemTrouble = { code: 'CANARY_LATE', severity: 'red', detail: {} };
const down = (severity: SystemTrouble['severity'], processes: number): SystemTrouble => {
  return { code: 'GATEWAY_DOWN', severity, detail: { processes } };
};

/** Looks once a second, at what each second has. */
function watchOver(seconds: readonly (readonly SystemTrouble[])[], alarms = new SystemAlarms()) {
  return seconds.flatMap((troubles, second) =>
    alarms
      .take(troubles, epoch + second * 1000, second * 1000)
      .map(({ kind, alarm }) => `${second} ${kind} ${alarm.code} ${alarm.severity}`),
  );
}
const times = <T>(count: number, value: T) => Array.from({ length: count }, () => value);

test('a trouble that is there for a moment is none, one that lasts is told once, one that comes and goes is one', () => {
  expect(watchOver([[late], [], [late], [], []])).toEqual([]);
  expect(watchOver(times(10, [late]))).toEqual(['2 raised CANARY_LATE red']);
  expect(watchOver([...times(3, [late]), ...times(4, []), [late], ...times(5, [])])).toEqual([
    '2 raised CANARY_LATE red',
    '12 cleared CANARY_LATE red',
  ]);
});

test('of several of one code the worst counts, and people hear when it gets worse', () => {
  const alarms = new SystemAlarms();
  const worse = [down('yellow', 1), down('red', 2)];
  expect(watchOver([...times(4, [down('yellow', 1)]), ...times(3, worse)], alarms)).toEqual([
    '2 raised GATEWAY_DOWN yellow',
    '4 severity GATEWAY_DOWN red',
  ]);
  expect(alarms.active()).toMatchObject([{ id: `GATEWAY_DOWN/${epoch}`, since: epoch, detail: { processes: 2 } }]);
});

test('the worst stands first, then the oldest', () => {
  const alarms = new SystemAlarms();
  const behind: SystemTrouble = { code: 'ENGINE_BEHIND', severity: 'red', detail: {} };
  watchOver([...times(3, [down('orange', 1)]), ...times(3, [down('orange', 1), behind, late])], alarms);
  expect(alarms.active().map(({ code }) => code)).toEqual(['ENGINE_BEHIND', 'CANARY_LATE', 'GATEWAY_DOWN']);
});

test('what was wrong when Tocsin ended goes on, or is over after the start', () => {
  const before = { ...late, id: 'CANARY_LATE/1', since: 1 };
  const goesOn = new SystemAlarms();
  goesOn.restore([before], 0);
  expect(watchOver(times(8, [late]), goesOn)).toEqual([]);
  expect(goesOn.active()).toMatchObject([{ since: 1 }]);
  const isOver = new SystemAlarms();
  isOver.restore([before], 0);
  expect(watchOver(times(8, []), isOver)).toEqual(['5 cleared CANARY_LATE red']);
});
