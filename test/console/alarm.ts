import type { Alarm } from '../../src/api/contract.ts';

/** An active, unacknowledged alarm with the given differences. */
export function alarm(changes: Partial<Alarm>): Alarm {
  return {
    id: 'a',
    ruleId: 'flood-gauge/waterlogging',
    ruleName: { zh: '道路积水', en: 'Waterlogging' },
    text: null,
    deviceId: 'd1',
    deviceName: 'Underpass',
    deviceType: 'flood-gauge',
    gridId: 'g1',
    severity: 'red',
    peakSeverity: 'red',
    state: 'unacknowledged',
    active: true,
    raisedAt: 0,
    raisedReceivedAt: 0,
    clearedAt: null,
    count: 1,
    lastAt: 0,
    values: { level: 31 },
    acknowledgedAt: null,
    acknowledgedBy: null,
    caseId: null,
    assignee: null,
    correction: null,
    correctedBy: null,
    ...changes,
  };
}
