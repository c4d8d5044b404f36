import { Counter, type Registry } from 'prom-client';
import { frameProblems } from '../devices/problems.ts';
import type { Refusal } from '../journal/port.ts';
import type { Frame } from '../model/frame.ts';
import type { ErrorCode } from '../shared/errors.ts';
import type { NewRow, Row } from '../store/schema.ts';

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
  #counts = new Map<string, Row<'quarantineCount'>>();
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
      const { deviceId, topic, via, receivedAt, payload } = frame;
      const row = { deviceId, topic, via, receivedAt, payload, partition, offset, code, reason, replayId: null };
      this.#add({ ...row, size: payload.length });
    }
  }

  /** A message that was turned away at the door; the door has counted it. */
  refusal(partition: number, offset: number, refusal: Refusal): void {
    this.#add({ partition, offset, ...refusal, replayId: null });
  }

  #add(row: NewRow<'quarantine'>): void {
    this.#count(row);
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

  #count({ deviceId, code, reason, receivedAt }: NewRow<'quarantine'>): void {
    const key = `${deviceId ?? ''} ${code}`;
    const known = this.#counts.get(key);
    this.#counts.set(key, {
      deviceId: deviceId ?? '',
      code,
      count: (known?.count ?? 0) + 1,
      firstAt: Math.min(known?.firstAt ?? receivedAt, receivedAt),
      lastAt: Math.max(known?.lastAt ?? receivedAt, receivedAt),
      reason,
    });
  }

  /** Frames of a commit that are kept or counted. */
  get size(): number {
    return this.#counts.size;
  }

  /** What is to be kept, and how many of each device and code there were, those not kept included. */
  take(): { rows: NewRow<'quarantine'>[]; counts: Row<'quarantineCount'>[] } {
    const taken = { rows: this.#rows, counts: [...this.#counts.values()] };
    this.#rows = [];
    this.#counts = new Map();
    return taken;
  }
}
