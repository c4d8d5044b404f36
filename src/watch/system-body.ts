import type { Severity } from '../model/severity.ts';
import type { SystemAlarmCode } from '../model/system-alarm.ts';
import type { SystemAlarm, SystemChange } from './system-alarms.ts';

/**
 * The JSON that an endpoint gets when something is wrong with Tocsin itself. Stable like `WebhookBody`: within
 * `version` 1 keys are added, never renamed or taken away. Times are milliseconds since the epoch.
 */
export interface SystemBody {
  version: 1;
  event: 'system-raised' | 'system-severity' | 'system-cleared';
  at: number;
  system: {
    id: string;
    /** docs/operations.md says what each means and what to do. */
    code: SystemAlarmCode;
    severity: Severity;
    since: number;
    detail: SystemAlarm['detail'];
  };
  /** The console's page about Tocsin itself. */
  link: string;
}

/** @param consoleUrl without a slash at its end */
export function systemBody({ kind, alarm, at }: SystemChange, consoleUrl: string): SystemBody {
  const { id, code, severity, since, detail } = alarm;
  const system = { id, code, severity, since, detail };
  return { version: 1, event: `system-${kind}`, at, system, link: `${consoleUrl}/system` };
}
