import type { Report } from './device-run.ts';

/** Below the smallest limit of a default installation, 64 KiB. */
const maxBytes = 60_000;

/** One report as it is, several as a batch. */
export function payloadOf(reports: readonly Report[]): string {
  return JSON.stringify(reports.length === 1 ? reports[0] : { samples: reports });
}

/** Batches of reports, each small enough for one frame. */
export function* batches(reports: Iterable<Report>): Generator<Report[]> {
  let batch: Report[] = [];
  let bytes = 0;
  for (const report of reports) {
    const size = JSON.stringify(report).length + 1;
    if (bytes + size > maxBytes && batch.length > 0) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(report);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
