/**
 * Width of what is packed into one block: a day, so that a chart of 24 h reads two of them, and what was kept too long
 * goes by whole days.
 */
export const slotMs = 86_400_000;

/** Width of a bucket of the downsampled readings; InfluxDB is downsampled to the same. Divides a slot. */
export const rollUpMs = 300_000;

/** Number of the slot that a time in milliseconds lies in; negative before 1970. */
export function slotOf(at: number): number {
  return Math.floor(at / slotMs);
}
