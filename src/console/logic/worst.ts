import type { Alarm, Severity } from '../../api/contract.ts';
import { worse } from './severity.ts';

export interface Worst {
  severity: Severity;
  /** Active alarms. */
  count: number;
  /** Active alarms that nobody has acknowledged. */
  unacknowledged: number;
}

/** Worst active severity and number of active alarms by grid or by device; a place without any is absent. */
export function worstBy(alarms: Iterable<Alarm>, key: 'gridId' | 'deviceId'): Map<string, Worst> {
  const found = new Map<string, Worst>();
  for (const alarm of alarms) {
    if (!alarm.active) continue;
    const known = found.get(alarm[key]);
    found.set(alarm[key], {
      severity: worse(known?.severity ?? null, alarm.severity) ?? alarm.severity,
      count: (known?.count ?? 0) + 1,
      unacknowledged: (known?.unacknowledged ?? 0) + (alarm.state === 'unacknowledged' ? 1 : 0),
    });
  }
  return found;
}
