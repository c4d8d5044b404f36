import { computed, shallowRef, triggerRef } from 'vue';
import type { Alarm } from '../../api/contract.ts';
import { api } from '../api/client.ts';
import { compareOwnFirst } from '../logic/alarm-order.ts';
import { worstBy } from '../logic/worst.ts';
import { isOwn } from './own-areas.ts';

const pageSize = 500;
/** Beyond this the list is of no use to anyone, and the headline numbers come from the summary. */
const most = 2000;

const active = shallowRef(new Map<string, Alarm>());

/** Active alarms: of one's own areas first, within these the worst, then the unacknowledged. */
export const activeAlarms = computed(() => [...active.value.values()].sort(compareOwnFirst(isOwn)));
export const worstByGrid = computed(() => worstBy(active.value.values(), 'gridId'));
export const worstByDevice = computed(() => worstBy(active.value.values(), 'deviceId'));

/**
 * Active red alarms of one's own areas that nobody has acknowledged: the banner and the sound stand for these. What is
 * everybody's alarm soon is nobody's.
 */
export const redUnacknowledged = computed(() =>
  activeAlarms.value.filter((alarm) => alarm.severity === 'red' && alarm.state === 'unacknowledged' && isOwn(alarm)),
);

/** Reads all active alarms anew. Rejects with an ApiFailure and then leaves what was known. */
export async function loadActiveAlarms(): Promise<void> {
  const found = new Map<string, Alarm>();
  let before: number | undefined;
  while (found.size < most) {
    const page = await api.alarms({ active: true, limit: pageSize, before });
    const known = found.size;
    for (const alarm of page) found.set(alarm.id, alarm);
    if (page.length < pageSize || found.size === known) break;
    before = Math.min(...page.map((alarm) => alarm.raisedAt));
  }
  active.value = found;
}

export function clearActiveAlarms(): void {
  active.value = new Map();
}

/** Takes over alarms as the feed has them now. */
export function putAlarms(alarms: Iterable<Alarm>): void {
  for (const alarm of alarms) {
    if (alarm.active) active.value.set(alarm.id, alarm);
    else active.value.delete(alarm.id);
  }
  triggerRef(active);
}

export function dropAlarm(id: string): void {
  if (active.value.delete(id)) triggerRef(active);
}

export function knownAlarm(id: string): Alarm | undefined {
  return active.value.get(id);
}
