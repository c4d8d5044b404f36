import { expect, test } from 'vitest';
import { compare } from '../../src/alarms/corrections.ts';

const day = 86_400_000;
const received = 1_772_323_200_000;
/** Measured a day before it came, as by a device that keeps what it measures. */
const measured = received - day;

type Recorded = Parameters<typeof compare>[0][number];
type Found = Parameters<typeof compare>[1] extends Iterable<infer Episode> ? Episode : never;

function about(raisedReceivedAt: number) {
  const facts = {
    severity: 'yellow',
    active: false,
    raisedAt: measured,
    clearedAt: measured + 3_600_000,
    lastAt: measured + 3_600_000,
  } as const;
  const of = { ruleId: 'pump/gas', deviceId: 'd1', raisedReceivedAt };
  const row = { ...of, ...facts, id: 'a', correction: null, valuesJson: '{}', peakSeverity: 'yellow', count: 3 };
  const path = [{ at: measured, severity: 'yellow' }];
  const recorded = { ...facts, row, peakSeverity: 'yellow', count: 3, path } as unknown as Recorded;
  const worse = { peakSeverity: 'red', count: 9, path: [...path, { at: measured + 60_000, severity: 'red' }] };
  const found = { ...of, ...facts, ...worse, alarmId: 'a', values: {}, taken: false } as unknown as Found;
  return { recorded, found, worse };
}

test('an alarm whose frames were all judged again is corrected as a whole, however long before they came it was measured', () => {
  const { recorded, found, worse } = about(received + 1000);
  const scope = { since: () => received, judges: () => true, goesByTicks: () => false };
  const { corrections } = compare([recorded], [found], scope);
  expect(corrections).toMatchObject([{ kind: 'corrected', after: worse }]);
});
