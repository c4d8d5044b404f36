import { readonly, ref } from 'vue';

/** How far the service's clock is ahead of this browser's; a wall with a wrong clock must not show wrong ages. */
let aheadMs = 0;
const current = ref(Date.now());

/** The time by the service's clock, milliseconds since the epoch; moves once a second. */
export const now = readonly(current);

/** The time by the service's clock, this very moment. */
export function serviceTime(): number {
  return Date.now() + aheadMs;
}

/** Learns from a `Date` header, which is whole seconds: only a difference beyond two seconds is taken as one. */
export function learnServiceTime(dateHeader: string | null): void {
  const theirs = dateHeader ? Date.parse(dateHeader) : Number.NaN;
  if (Number.isNaN(theirs)) return;
  const difference = theirs + 500 - Date.now();
  aheadMs = Math.abs(difference) > 2000 ? difference : 0;
}

window.setInterval(() => {
  current.value = serviceTime();
}, 1000);
