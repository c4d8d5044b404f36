import { describe, expect, test } from 'vitest';
import { loadDeviceTypes } from '../../src/devices/registry.ts';
import { gaussFrom } from '../baseline/series.ts';
import { judged, type Step } from './page.ts';

const { types } = loadDeviceTypes('devices');
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const midnight = Date.parse('2026-06-01T00:00:00+08:00');
const learntDays = 12;

/** What a rule of a type says of a device in the days after twelve quiet ones. */
function said(
  typeId: string,
  ruleId: string,
  days: number,
  valuesAt: (since: number, quiet: boolean) => Step['values'],
) {
  const type = types.get(typeId)!;
  const rule = type.rules.find(({ id }) => id === `${typeId}/${ruleId}`)!;
  const steps: Step[] = [];
  for (let since = 0; since < (learntDays + days) * day; since += 5 * minute)
    steps.push({ at: midnight + since, values: valuesAt(since, since < learntDays * day) });
  return judged(type, [{ ...rule, maxGapMs: hour }], steps);
}

const hourOf = (since: number) => (since % day) / hour;

describe('default rules that go by the kind of what is unusual', () => {
  test('a gauge that hangs', () => {
    const gauss = gaussFrom(1);
    let level = 2;
    const quiet = () => (level = 2 + 0.9 * (level - 2) + 0.1 * gauss());
    expect(said('flood-gauge', 'unusually-still', 2, () => ({ level: quiet() }))).toEqual([]);
    const hung = said('flood-gauge', 'unusually-still', 2, (_, calm) => ({ level: calm ? quiet() : 2 }));
    expect(hung).toEqual([expect.stringMatching(/raised blue$/)]);
  });

  const cooking = (since: number) => {
    const h = hourOf(since);
    return (h > 10.5 && h < 13.5) || (h > 17 && h < 20.5);
  };

  test('a probe that sees nothing of the cooking', () => {
    const gauss = gaussFrom(2);
    const fume = (since: number) =>
      Math.max(0.03, (cooking(since) ? 0.9 : 0.05) + (cooking(since) ? 0.1 : 0.005) * gauss());
    const values = (since: number, sees: boolean) => ({
      fan: Number(cooking(since)),
      fume: sees ? fume(since) : 0.05 + 0.004 * gauss(),
    });
    expect(said('kitchen-fume', 'sees-less', 2, (since) => values(since, true))).toEqual([]);
    const blind = said('kitchen-fume', 'sees-less', 2, values);
    expect(blind[0]).toMatch(/^(1[0-3]|1[7-9]|20):\d\d raised blue$/);
  });

  test('a cover that tilts by two degrees in two days', () => {
    const gauss = gaussFrom(3);
    const tilt = (since: number) =>
      3 + 2.5 * Math.min(1, Math.max(0, since - learntDays * day) / (2 * day)) + 0.3 * gauss();
    expect(said('manhole-cover', 'tilt-drifts', 2, () => ({ tilt: tilt(0) }))).toEqual([]);
    expect(said('manhole-cover', 'tilt-drifts', 4, (since) => ({ tilt: tilt(since) }))[0]).toMatch(/raised blue$/);
  });

  test('a night that is not like the others', () => {
    const gauss = gaussFrom(4);
    const usual = (since: number) => (hourOf(since) < 6 || hourOf(since) >= 22 ? 56 : 74) + 2.5 * gauss();
    const values = (since: number, calm: boolean) => ({
      worn: 1,
      heart_rate: calm ? usual(since) : 78 + 2.5 * gauss(),
    });
    expect(said('elder-wristband', 'unusual-night', 2, (since) => values(since, true))).toEqual([]);
    expect(said('elder-wristband', 'unusual-night', 1, values)[0]).toMatch(/^0[0-5]:\d\d raised blue$/);
  });
});
