import { computed, shallowRef } from 'vue';
import type { SystemAlarm, SystemNow } from '../../api/contract.ts';

const now = shallowRef<SystemNow>({ troubles: [] });

/** What is wrong with Tocsin itself, the worst first. */
export const systemTroubles = computed<readonly SystemAlarm[]>(() => now.value.troubles);

/** Takes over what the feed says. */
export function putSystem(system: SystemNow): void {
  now.value = system;
}

/** A new connection says it anew if anything is wrong. */
export function clearSystem(): void {
  now.value = { troubles: [] };
}
