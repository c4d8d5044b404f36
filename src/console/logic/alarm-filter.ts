import type { Alarm, Severity } from '../../api/contract.ts';

export interface AlarmFilter {
  /** Empty: every severity. */
  severities: readonly Severity[];
  state: 'active' | 'unacknowledged' | 'over' | 'all';
  gridId: string | null;
  /** Words that must all occur in what people read of the alarm, in either language, or in its ids. */
  text: string;
}

/** Whether an alarm passes the filter. `gridName` gives the names of a grid in both languages. */
export function passes(alarm: Alarm, filter: AlarmFilter, gridName: (gridId: string) => string): boolean {
  if (filter.severities.length > 0 && !filter.severities.includes(alarm.severity)) return false;
  if (filter.gridId && alarm.gridId !== filter.gridId) return false;
  if (filter.state === 'active' && !alarm.active) return false;
  if (filter.state === 'over' && alarm.active) return false;
  if (filter.state === 'unacknowledged' && !alarm.state.endsWith('unacknowledged')) return false;
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const hay = [
    alarm.ruleName.zh,
    alarm.ruleName.en,
    alarm.deviceName,
    alarm.deviceId,
    alarm.deviceType,
    alarm.assignee?.name ?? '',
    gridName(alarm.gridId),
    alarm.id,
  ]
    .join('\n')
    .toLowerCase();
  return words.every((word) => hay.includes(word));
}
