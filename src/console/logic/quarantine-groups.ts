import type { QuarantineCount } from '../../api/contract.ts';

/** What one device has in quarantine. */
export interface QuarantineGroup {
  deviceId: string | null;
  count: number;
  firstAt: number;
  lastAt: number;
  /** The most frequent one first. */
  reasons: QuarantineCount[];
}

/** Counts by device, the device that was last there first. */
export function quarantineGroups(counts: readonly QuarantineCount[]): QuarantineGroup[] {
  const byDevice = new Map<string | null, QuarantineCount[]>();
  for (const count of counts) byDevice.set(count.deviceId, [...(byDevice.get(count.deviceId) ?? []), count]);
  return [...byDevice]
    .map(([deviceId, reasons]) => ({
      deviceId,
      count: reasons.reduce((sum, reason) => sum + reason.count, 0),
      firstAt: Math.min(...reasons.map((reason) => reason.firstAt)),
      lastAt: Math.max(...reasons.map((reason) => reason.lastAt)),
      reasons: reasons.toSorted((a, b) => b.count - a.count),
    }))
    .sort((a, b) => b.lastAt - a.lastAt);
}
