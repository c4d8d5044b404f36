import type { Severity } from './severity.ts';

/** What can be wrong with Tocsin itself. Texts for people are in the console's message files and in docs/operations.md. */
export const systemAlarmCodes = [
  'CANARY_LATE',
  'ENGINE_BEHIND',
  'TELEMETRY_BEHIND',
  'TELEMETRY_UNAVAILABLE',
  'DELIVERY_BEHIND',
  'JOURNAL_SPACE_LOW',
  'JOURNAL_SPACE_FULL',
  'JOURNAL_UNAVAILABLE',
  'JOURNAL_DAMAGED',
  'STORE_UNAVAILABLE',
  'OVERLOAD',
  'GATEWAY_DOWN',
  'CLOCK_STEPPED',
] as const;
export type SystemAlarmCode = (typeof systemAlarmCodes)[number];

/** A trouble of Tocsin itself, as the part that has it says so: for as long as it lasts, each time it is asked. */
export interface SystemTrouble {
  code: SystemAlarmCode;
  severity: Severity;
  /** What the text needs: numbers in the unit that their name ends in (`lagMs`, `usedBytes`), or words. */
  detail: Record<string, string | number>;
}
