import { Counter, type Registry } from 'prom-client';
import { frameProblems } from '../devices/problems.ts';
import type { Refusal } from '../journal/port.ts';
import type { Frame } from '../model/frame.ts';
import type { ErrorCode } from '../shared/errors.ts';
import type { NewRow } from '../store/schema.ts';

/** More than this of one device in a minute say nothing new; the counter goes on, and the journal has the frames. */
const perDeviceAndMinute = 10;
/** A payload is kept up to here; `size` says how long it was. */
const keptBytes = 65_536;

const codes = [
  ...frameProblems,
  'DEVICE_UNKNOWN',
  'DEVICE_TYPE_UNKNOWN',
  'FRAME_FAILED',
] as const satisfies ErrorCode[];
type QuarantineCode = (typeof codes)[number];

/** Collects frames that could not be judged, for one commit, and counts every one of them. */
export class Quarantine {
  #rows: NewRow<'quarantine'>[] = [];
  readonly #recent = new Map<string, { minute: number; count: number }>();
  readonly #counter: Counter<'code'>;

  constructor(registry: Registry) {
    this.#counter = new Counter({
      name: 'tocsin_quarantined_total',
      help: 'Frames and parts of frames that could not be judged, by error code',
      labelNames: ['code'],
      registers: [registry],
    });
    // What has not happened yet is 0: only so can an alert see the first time as a rise.
    for (const code of codes) this.#counter.inc({ code }, 0);
  }

  /** A frame that came in and could not be decoded, wholly or in part. One row a code. */
  frame(
    partition: number,
    offset: number,
    frame: Frame,
    problems: readonly { code: QuarantineCode; reason: string }[],
  ): void {
    const byCode = Map.groupBy(problems, (problem) => problem.code);
    for (const [code, same] of byCode) {
      this.#counter.inc({ code }, same.length);
      const more = same.length > 1 ? ` (and ${same.length - 1} more of the kind)` : '';
      const reason = same[0]!.reason + more;
      this.#add({ ...frame, partition, offset, code, reason, size: frame.payload.length });
    }
  }

  /** A message that was turned away at the door; the door has counted it. */
  refusal(partition: number, offset: number, refusal: Refusal): void {
    this.#add({ partition, offset, ...refusal });
  }

  #add(row: NewRow<'quarantine'>): void {
    const key = row.deviceId ?? '';
    const minute = Math.floor(row.receivedAt / 60_000);
    let recent = this.#recent.get(key);
    if (recent?.minute !== minute) {
      // Yesterday's devices are forgotten before the map can grow with ids that someone makes up.
      if (this.#recent.size > 100_000) this.#recent.clear();
      recent = { minute, count: 0 };
      this.#recent.set(key, recent);
    }
    if (++recent.count > perDeviceAndMinute) return;
    this.#rows.push({ ...row, payload: Buffer.from(row.payload.subarray(0, keptBytes)) });
  }

  get size(): number {
    return this.#rows.length;
  }

  take(): NewRow<'quarantine'>[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }
}
