import type { DeviceIncident } from './incident.ts';

/**
 * The ground truth: what was injected where and when, one JSON object a line, for whoever measures what an alarm system
 * finds. An incident that must raise two alarms has two lines; one that must raise none has `expectRule: null`.
 */
export function truthOf(incidents: readonly DeviceIncident[]): string {
  const lines = incidents.flatMap(({ scenario, incident, device, from, to }) => {
    const { id, expect, effects } = incident;
    const expected = expect.length > 0 ? expect : [{ rule: null, severity: null }];
    return expected.map(({ rule, severity }) => ({
      scenario,
      incident: id,
      device: device.id,
      grid: device.gridId,
      expectRule: rule,
      expectSeverity: severity,
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      channels: Object.keys(effects),
    }));
  });
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}
