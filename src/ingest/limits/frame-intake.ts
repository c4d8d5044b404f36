import { partitionOf } from '../../journal/partition-of.ts';
import type { JournalAppender } from '../../journal/port.ts';
import type { Frame } from '../../model/frame.ts';
import type { SystemTrouble } from '../../model/system-alarm.ts';
import type { Clock } from '../../shared/clock.ts';
import { TocsinError } from '../../shared/errors.ts';
import type { KnownDevice } from '../known-devices.ts';
import type { IngestMetrics } from '../metrics.ts';
import type { Refusals } from '../refusals.ts';
import { Busyness } from './busyness.ts';
import { type DeviceLimit, tokensOf } from './device-limit.ts';
import { Later } from './later.ts';
import type { LimitMetrics, ShedReason } from './metrics.ts';

/** Tokens (a frame of up to 1 KiB is one) whose answers wait, of one device and of all: what they hold is 4 MB and 64 MB at most. */
const OWED_BY_DEVICE = 4096;
const OWED_BY_ALL = 65_536;
/**
 * Tokens on their way to the journal and back when shedding begins, and when all telemetry of QoS 0 is shed. In good
 * times a few hundred are; 8,192 mean that the disk or the engine has fallen behind by a good part of a second.
 */
const SHED_FROM = 8192;
const SHED_ALL = 32_768;
const MINUTE = 60_000;

export type Answer = (error?: Error | null) => void;

export interface FrameIntakeParts {
  journal: JournalAppender;
  refusals: Refusals;
  metrics: IngestMetrics;
  limitMetrics: LimitMetrics;
  /** Milliseconds that never jump. */
  steady: Clock;
}

/**
 * What every frame that may be published passes before the journal, whichever way it came in: the limit of its device
 * and the shedding of an overload.
 *
 * A frame over the limit is not kept back. With QoS 1 or 2, and whenever it may be of life safety, it goes to the
 * journal at once and only its answer waits until the bucket has paid for it: the alarm is not late, nothing is lost,
 * and the device is slowed, since Aedes reads no further while answers are missing. So is one that sends what it has
 * stored in one go, a little. Telemetry of QoS 0 over the limit is shed.
 */
export class FrameIntake {
  readonly #parts: FrameIntakeParts;
  readonly #later: Later<DeviceLimit>;
  readonly #busiest = new Busyness();
  /** Tokens on their way to the journal and back. */
  #underWay = 0;
  #owed = 0;
  /** When telemetry was last shed because of an overload. */
  #shedAt = Number.NEGATIVE_INFINITY;
  #shedByOverload = 0;

  constructor(parts: FrameIntakeParts) {
    this.#parts = parts;
    this.#later = new Later(parts.steady);
  }

  /** Takes a frame from MQTT. `answer` without an error stands for PUBACK; with one the connection ends. */
  publish(device: KnownDevice, limit: DeviceLimit, frame: Frame, qos: number, answer: Answer): void {
    const now = this.#parts.steady.now();
    const tokens = tokensOf(frame.payload.length);
    const sheds = this.#sheds(limit, now, tokens);
    const over = (limit.bucket?.wait(now, tokens) ?? 0) > 0;
    // Answers of a device keep their order (MQTT 3.1.1, section 4.6), so none passes those that wait.
    const waits = qos > 0 && (limit.owed > 0 || (limit.row?.wait(now, tokens) ?? 0) > 0);
    if (!over && !waits && (qos > 0 || !sheds)) {
      if (qos > 0) limit.take(now, tokens);
      else limit.bucket?.take(now, tokens);
      this.#append(device, limit, frame, tokens, answer);
      return;
    }
    const lifeSafety = limit.mayBeLifeSafety(frame.payload);
    if (qos === 0 && !lifeSafety) this.#shed(device, limit, frame, over ? 'rate' : 'overload', answer);
    else if (limit.owed + tokens > OWED_BY_DEVICE || this.#owed + tokens > OWED_BY_ALL) {
      // Durable, but not acknowledged: the device will send it again, and that is known for the same sample.
      if (lifeSafety) this.#append(device, limit, frame, tokens, () => {});
      this.#tell(device, limit, frame);
      answer(tooMuch(device, limit));
    } else this.#slow(device, limit, frame, tokens, answer);
  }

  /**
   * Whether a frame may come over HTTP now, where a device can be told to come back later.
   * @throws TocsinError RATE_LIMITED with `retryAfterS`.
   */
  admit(device: KnownDevice, limit: DeviceLimit, payload: Uint8Array): void {
    const now = this.#parts.steady.now();
    const tokens = tokensOf(payload.length);
    const sheds = this.#sheds(limit, now, tokens);
    const wait = limit.bucket?.wait(now, tokens) ?? 0;
    if ((wait > 0 || sheds) && !limit.mayBeLifeSafety(payload)) {
      if (wait === 0) this.#overloaded(now);
      const retryAfterS = Math.max(1, Math.ceil(wait / 1000));
      throw wait > 0 ? tooMuch(device, limit, { retryAfterS }) : overload({ retryAfterS });
    }
    limit.bucket?.take(now, tokens);
  }

  /** Takes a frame that was admitted. Resolves when it is durable. */
  store(device: KnownDevice, limit: DeviceLimit, frame: Frame): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#append(device, limit, frame, tokensOf(frame.payload.length), (error) =>
        error ? reject(error) : resolve(),
      );
    });
  }

  /** Whether telemetry of this device would be shed now: the busiest first, and the more the fuller it is. */
  #sheds(limit: DeviceLimit, now: number, tokens: number): boolean {
    const busy = limit.busyness.count(now, tokens);
    const busiest = this.#busiest.atLeast(now, busy);
    if (this.#underWay <= SHED_FROM) return false;
    const pressure = (this.#underWay - SHED_FROM) / (SHED_ALL - SHED_FROM);
    return busy >= busiest * (1 - pressure);
  }

  #append(device: KnownDevice, limit: DeviceLimit, frame: Frame, tokens: number, answer: Answer): void {
    const { journal, metrics } = this.#parts;
    // While an acknowledgement waits the frame itself need not stay in memory.
    const { via, receivedAt } = frame;
    this.#underWay += tokens;
    const stored = (error: Error | null) => {
      this.#underWay -= tokens;
      if (error instanceof TocsinError) metrics.refused(error.code, via);
      else if (!error) metrics.frame(via, receivedAt);
      answer(error);
    };
    journal.append(partitionOf(device.gridId, journal.partitions), { kind: 'frame', frame }, stored, limit.urgent);
  }

  #slow(device: KnownDevice, limit: DeviceLimit, frame: Frame, tokens: number, answer: Answer): void {
    const { steady, limitMetrics } = this.#parts;
    const now = steady.now();
    const until = now + limit.take(now, tokens);
    this.#owe(limit, tokens);
    limitMetrics.slowed();
    this.#append(device, limit, frame, tokens, (error) => {
      this.#later.add(limit, Math.max(0, until - steady.now()), () => {
        this.#owe(limit, -tokens);
        answer(error);
      });
    });
  }

  #shed(device: KnownDevice, limit: DeviceLimit, frame: Frame, reason: ShedReason, answer: Answer): void {
    const now = this.#parts.steady.now();
    this.#parts.limitMetrics.shed(reason);
    if (reason === 'rate') this.#tell(device, limit, frame);
    else this.#overloaded(now);
    // Nobody waits for it, but until then no more is read from the socket.
    const wait = limit.reading?.take(now) ?? 0;
    if (wait > 0) this.#later.add(limit, wait, () => answer(null));
    else answer(null);
  }

  #overloaded(now: number): void {
    this.#shedAt = now;
    this.#shedByOverload++;
  }

  /**
   * Once a minute, in quarantine and in the log, so that the device can be found and the journal is not filled. An error
   * is not made before: with its stack it costs more than all else that is done with a frame.
   */
  #tell(device: KnownDevice, limit: DeviceLimit, { topic, via, payload }: Frame): void {
    const now = this.#parts.steady.now();
    if (now - limit.toldAt < MINUTE) return;
    limit.toldAt = now;
    this.#parts.refusals.note(device, tooMuch(device, limit), { via, topic, payload, size: payload.length });
  }

  #owe(limit: DeviceLimit, tokens: number): void {
    limit.owed += tokens;
    this.#owed += tokens;
  }

  /** Whether more comes in than can be stored and judged. */
  troubles(): SystemTrouble[] {
    if (this.#parts.steady.now() - this.#shedAt > MINUTE) return [];
    return [{ code: 'OVERLOAD', severity: 'orange', detail: { shed: this.#shedByOverload } }];
  }

  /** Forgets the answers that wait: the connections they would go to end now. */
  close(): void {
    this.#later.close();
  }
}

function tooMuch(device: KnownDevice, limit: DeviceLimit, detail: { retryAfterS?: number } = {}): TocsinError {
  const text = `Device ${device.id} sends more than ${limit.rate} messages a second; send less often, or several samples in one message.`;
  return new TocsinError('RATE_LIMITED', text, detail);
}

function overload(detail: { retryAfterS: number }): TocsinError {
  return new TocsinError('RATE_LIMITED', 'More comes in than can be judged now; send it again later.', detail);
}
