/** What is known of the journal's space, in bytes. */
export interface SpaceFacts {
  /** All segments. */
  used: number;
  /** Those that a consumer still needs, and the one that is being written to. */
  backlog: number;
  /** Free on the file system, for us. */
  free: number;
  /** Of the whole file system. */
  total: number;
  /** False once the reserve was given up, as when a write finds no space, whatever the file system says of itself. */
  reserved: boolean;
}

export type SpaceState = 'ample' | 'low' | 'full';

/** Shares of the budget. What has been read by all is kept up to the first; the others are about the backlog alone. */
const WINDOW_SHARE = 0.75;
const LOW_SHARE = 0.8;
const FULL_SHARE = 0.9;
/** Full ends below this, so that it does not come and go with every segment. */
const AMPLE_AGAIN_SHARE = 0.85;

/** Other parts need room too (store, telemetry, log): so much of the disk stays free, a twentieth of a small one. */
const KEPT_FREE_BYTES = 512 * 1024 * 1024;
const KEPT_FREE_SHARE = 0.05;

/** Segments are small beside the budget, since the last one can never be given up. */
const SEGMENTS_IN_BUDGET = 16;

/** Bytes that the journal may take: as set, or half of the file system. */
export function budget(maxBytes: number | 'auto', total: number): number {
  return maxBytes === 'auto' ? total / 2 : maxBytes;
}

export function fittingSegment(segmentBytes: number, budgetBytes: number): number {
  return Math.min(segmentBytes, Math.ceil(budgetBytes / SEGMENTS_IN_BUDGET));
}

/** Bytes of the disk that the journal leaves free. */
export function keptFree(total: number): number {
  return Math.min(KEPT_FREE_BYTES, total * KEPT_FREE_SHARE);
}

/** Whether entries that everyone has read are given up before their time. */
export function givesUpWindow({ used, free, total }: SpaceFacts, budgetBytes: number): boolean {
  return used > WINDOW_SHARE * budgetBytes || free < 3 * keptFree(total);
}

/** How it stands, given how it stood. */
export function spaceState(facts: SpaceFacts, budgetBytes: number, before: SpaceState): SpaceState {
  const { backlog, free, total, reserved } = facts;
  const full = before === 'full';
  const floor = keptFree(total);
  if (!reserved || backlog > (full ? AMPLE_AGAIN_SHARE : FULL_SHARE) * budgetBytes) return 'full';
  if (free < (full ? 1.5 * floor : floor)) return 'full';
  return backlog > LOW_SHARE * budgetBytes || free < 2 * floor ? 'low' : 'ample';
}

/** Bytes that may still come before ordinary entries must wait. */
export function bytesLeft({ backlog, free, total }: SpaceFacts, budgetBytes: number): number {
  return Math.max(0, Math.min(FULL_SHARE * budgetBytes - backlog, free - keptFree(total)));
}
