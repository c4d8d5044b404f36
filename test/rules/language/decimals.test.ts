import { describe, expect, test } from 'vitest';
import { deviceType, judgeAll } from '../support.ts';

const minute = 60_000;

/** Whether a condition is ever true of one reading a minute. */
function isTrue(when: string, readings: Record<string, number>[]): boolean {
  const type = deviceType({
    channels: { level: 'cm', depth: 'm', rain: 'mm' },
    rules: [{ name: 'tried', levels: [{ severity: 'yellow', when }] }],
  });
  const samples = readings.map((values, i) => ({ at: (i + 1) * minute, values }));
  return judgeAll(type, samples).some(({ kind }) => kind === 'raised');
}

const rising = (channel: string, from: number, step: number) =>
  Array.from({ length: 25 }, (_, i) => ({ [channel]: Number((from + i * step).toFixed(6)) }));

describe('what is exactly at a limit is neither above nor below it', () => {
  test.each([
    ['level', 0.1, '6 cm/h'],
    ['level', 0.5, '30 cm/h'],
    ['level', 1.1, '1.1 cm/min'],
    ['level', 0.7, '0.42 m/h'],
    ['depth', 0.003, '18 cm/h'],
    ['rain', 0.2, '12 mm/h'],
  ])('%s rises by %f in a minute, which is %s', (channel, step, limit) => {
    const readings = rising(channel, 2, step);
    for (const change of ['rate', 'slope']) {
      const said = ['>=', '<=', '==', '>', '<'].map((than) =>
        isTrue(`${change}(${channel}, 10 min) ${than} ${limit}`, readings),
      );
      expect(said).toEqual([true, true, true, false, false]);
    }
  });

  test.each([
    ['level / 49 == 1 cm', { level: 49 }],
    ['level / 49 >= 1 cm', { level: 49 }],
    ['level - 10 cm == 10.1 cm', { level: 20.1 }],
    ['level + rain == 0.3 cm', { level: 0.1, rain: 2 }],
    ['level - rain >= 0.2 cm', { level: 0.3, rain: 1 }],
    ['level * 3 == 3.3 cm', { level: 1.1 }],
    ['level / rain == 3', { level: 0.3, rain: 1 }],
  ])('%s', (when, reading) => {
    expect(isTrue(when, [reading])).toBe(true);
  });

  test('the forecast too', () => {
    const readings = rising('level', 0, 0.7);
    const until = (than: string) => `level == 7 cm && timeTo(level, 14 cm, 10 min) ${than} 10 min`;
    expect(['==', '<', '>'].map((than) => isTrue(until(than), readings))).toEqual([true, false, false]);
  });
});
