import { expect, test } from 'vitest';
import { scenarioNames } from '../../simulator/scenario.ts';
import { hour, judge } from './judged.ts';

/** A Monday, eight in the evening in the town: kitchens at work. */
const evening = Date.parse('2026-03-02T12:00:00Z');

test.each([
  ['in the evening', evening, 1],
  ['in the small hours, of another town', evening + 7 * hour, 2],
])('a quiet town raises no alarm %s', (_, at, seed) => {
  const { raised, problems, samples } = judge('quiet', at, 4 * hour, 200, seed);
  expect(problems).toEqual([]);
  expect(raised.map(({ ruleId, deviceId }) => `${ruleId} on ${deviceId}`)).toEqual([]);
  expect(samples).toBeGreaterThan(80_000);
});

test.each(scenarioNames().filter((name) => name !== 'quiet'))('%s raises what it says, and nothing else', (name) => {
  // An alarm about a kitchen ends after six quiet hours: one visit a day.
  const { raised, peak, cleared, incidents, problems } = judge(name, evening, 9 * hour, 60);
  expect(problems).toEqual([]);
  for (const { incident, device, from } of incidents) {
    for (const { rule, severity } of incident.expect) {
      const alarms = raised.filter(({ ruleId, deviceId }) => ruleId === rule && deviceId === device.id);
      expect(alarms, `${rule} on ${device.id}`).toHaveLength(1);
      expect(alarms[0]!.at).toBeGreaterThanOrEqual(from);
      expect(peak.get(alarms[0]!.alarmId)).toBe(severity);
      expect(cleared).toContain(alarms[0]!.alarmId);
    }
  }
  const touched = new Set(incidents.map(({ device }) => device.id));
  expect(raised.filter(({ deviceId }) => !touched.has(deviceId))).toEqual([]);
});

test.each([
  ['at eight in the evening', evening],
  ['at three at night', evening + 7 * hour],
  ['before lunch', evening - 9.6 * hour],
  ['when kitchens open', evening + 20.9 * hour],
])('all four incidents of the demonstration are alarms within 90 seconds %s', (_, at) => {
  const { raised, incidents } = judge('town', at, 90_000, 60);
  const expected = incidents.flatMap(({ incident, device }) =>
    incident.expect.map(({ rule }) => `${rule} ${device.id}`),
  );
  expect(expected).toHaveLength(4);
  expect(raised.map(({ ruleId, deviceId }) => `${ruleId} ${deviceId}`).sort()).toEqual(
    expect.arrayContaining(expected.sort()),
  );
  // They unfold before the eyes: none was there before the start.
  for (const { at: raisedAt } of raised) expect(raisedAt).toBeGreaterThan(at);
});
