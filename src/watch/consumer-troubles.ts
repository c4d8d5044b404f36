import type { SystemTrouble } from '../model/system-alarm.ts';
import type { ConsumerState } from './consumer.ts';

/** A thread that does not answer for so long hangs. */
const silentAfterMs = 3_000;
/** Reading its state back after a crash may keep a thread busy before its first answer. */
const silentAtStartMs = 30_000;
/** An alarm that comes later than this is no help in a flood. */
const engineBehindMs = 10_000;
/** Charts may be so far behind; alarms do not depend on them. */
const telemetryBehindMs = 60_000;
/** Several attempts at an endpoint have failed by then. */
const deliveryBehindMs = 120_000;

/** What is wrong with the engine, judged by what it says and by how far behind it is. */
export function engineTroubles(state: ConsumerState, hasAnswered: boolean): SystemTrouble[] {
  const { waiting, oldestMs, silentMs, trouble } = state;
  const silent = silentMs > (hasAnswered ? silentAfterMs : silentAtStartMs);
  if (!silent && trouble === null && oldestMs <= engineBehindMs) return [];
  return [{ code: 'ENGINE_BEHIND', severity: 'red', detail: { waiting, oldestMs, silentMs, ...reason(trouble) } }];
}

/** The same for the historian; alarms go on without it. */
export function telemetryTroubles(state: ConsumerState, hasAnswered: boolean): SystemTrouble[] {
  const { waiting, oldestMs, silentMs, trouble } = state;
  if (silentMs > (hasAnswered ? silentAfterMs : silentAtStartMs) || trouble !== null) {
    const detail = { waiting, oldestMs, silentMs, ...reason(trouble) };
    return [{ code: 'TELEMETRY_UNAVAILABLE', severity: 'yellow', detail }];
  }
  if (oldestMs <= telemetryBehindMs) return [];
  return [{ code: 'TELEMETRY_BEHIND', severity: 'yellow', detail: { waiting, oldestMs } }];
}

/** The same for notifications that wait in the outbox. */
export function deliveryTroubles({ waiting, oldestMs, trouble }: ConsumerState): SystemTrouble[] {
  if (oldestMs <= deliveryBehindMs) return [];
  return [{ code: 'DELIVERY_BEHIND', severity: 'orange', detail: { waiting, oldestMs, ...reason(trouble) } }];
}

function reason(trouble: string | null): { reason?: string } {
  return trouble === null ? {} : { reason: trouble };
}
