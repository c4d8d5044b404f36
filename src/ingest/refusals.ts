import { partitionOf } from '../journal/partition-of.ts';
import type { JournalAppender } from '../journal/port.ts';
import type { Intake } from '../model/frame.ts';
import type { Clock } from '../shared/clock.ts';
import type { TocsinError } from '../shared/errors.ts';
import type { Logger } from '../shared/logger.ts';
import type { KnownDevice } from './known-devices.ts';
import type { IngestMetrics } from './metrics.ts';

/** Bytes of a refused payload that are kept; enough to see what it was. */
const KEPT_BYTES = 4096;
/** Refusals of one device that are kept in a minute: the fifth says no more than the fourth, and the journal is finite. */
const KEPT_A_MINUTE = 5;
const MINUTE = 60_000;

export interface RefusedMessage {
  via: Intake;
  topic: string;
  /** The payload or its first bytes. */
  payload: Uint8Array;
  /** Bytes of the whole payload. */
  size: number;
}

const ignoredText: Record<Ignored, string> = {
  will: 'the device connects with a will, which is not published; a silent device is noticed by its rule of silence',
  retain: 'the device publishes with the retain flag; its messages are taken, nothing is retained',
};

/** What a device may ask for and does not get, though it may stay: it might have to tell of an emergency. */
export type Ignored = 'will' | 'retain';

/** Counts what was turned away, and keeps it for quarantine where a device had signed in. */
export class Refusals {
  readonly #journal: JournalAppender;
  readonly #metrics: IngestMetrics;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #kept = new Map<string, { since: number; count: number }>();
  /** Devices of which the log has said so. */
  readonly #saidIgnored: Record<Ignored, Set<string>> = { will: new Set(), retain: new Set() };

  constructor(journal: JournalAppender, metrics: IngestMetrics, clock: Clock, log: Logger) {
    this.#journal = journal;
    this.#metrics = metrics;
    this.#clock = clock;
    this.#log = log;
  }

  /** `device` is null when nobody had signed in: then it is only counted, so that strangers cannot fill the journal. */
  note(device: KnownDevice | null, error: TocsinError, message: RefusedMessage): void {
    this.#metrics.refused(error.code, message.via);
    if (device === null || !this.#mayKeep(device.id)) return;
    this.#log.info({ device: device.id, code: error.code, topic: message.topic }, error.message);
    // A journal that does not take it has its own log line; the refusal stands and is counted all the same.
    this.#journal.append(
      partitionOf(device.gridId, this.#journal.partitions),
      {
        kind: 'refused',
        refusal: {
          deviceId: device.id,
          topic: message.topic,
          via: message.via,
          receivedAt: this.#clock.now(),
          code: error.code,
          reason: error.message,
          size: message.size,
          payload: message.payload.subarray(0, KEPT_BYTES),
        },
      },
      () => {},
    );
  }

  /** A device was taken in, or its message, without its will or without the retain flag. */
  ignored(deviceId: string, what: Ignored): void {
    this.#metrics.ignored(what);
    if (this.#saidIgnored[what].has(deviceId)) return;
    this.#saidIgnored[what].add(deviceId);
    this.#log.warn({ device: deviceId }, ignoredText[what]);
  }

  #mayKeep(deviceId: string): boolean {
    const now = this.#clock.now();
    const kept = this.#kept.get(deviceId);
    if (kept === undefined || now - kept.since >= MINUTE) {
      this.#kept.set(deviceId, { since: now, count: 1 });
      return true;
    }
    kept.count++;
    return kept.count <= KEPT_A_MINUTE;
  }
}
