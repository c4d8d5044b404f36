import type { DeviceType } from '../../model/device-type.ts';
import { Bucket } from './bucket.ts';
import { Busyness } from './busyness.ts';
import { lifeSafetyTest, type MayBeLifeSafety } from './life-safety.ts';

/**
 * Messages a second that every device may send, whatever its period: events come between reports, and a device that
 * was away sends what it has stored. One device in a thousand may do it for ever without hurting the others.
 */
const LEAST_RATE = 100;
/** How many times its period a device may report for ever. */
const TIMES_PERIOD = 100;
/** Seconds of the rate that can come in a row: what a device has stored while it was away. */
const BURST_S = 20;
/**
 * How many times the rate such a row is answered at, after the first second's worth: where answers are waited for nothing
 * is lost by it, and others do not notice that one device has much to say.
 */
const TIMES_RATE_IN_A_ROW = 2;
/** Messages a second of QoS 0 that are read of a device at all: reading one costs some 6 microseconds. */
const READ_RATE = 5000;
/**
 * Requests a second apart from messages: SUBSCRIBE, UNSUBSCRIBE, PINGREQ. Each costs as much as a message, and a device
 * needs one after each connect and one a keepalive.
 */
const ASK_RATE = 10;
const ASK_BURST = 500;
/** A frame counts once for each part of so many bytes, so that large frames are no way around the limit. */
const TOKEN_BYTES = 1024;

export type RatePerDevice = 'auto' | 'off' | number;

/** What a frame with a payload of so many bytes takes from a bucket. */
export function tokensOf(payloadBytes: number): number {
  return Math.max(1, Math.ceil(payloadBytes / TOKEN_BYTES));
}

/** What the door remembers of one device that sends, however many connections it has and however often it comes back. */
export class DeviceLimit {
  readonly type: string;
  /** Frames a second in the long run; null when there is no limit. */
  readonly rate: number | null;
  readonly bucket: Bucket | null;
  /** Of messages with QoS 1 or 2 within a row. */
  readonly row: Bucket | null;
  /** Of messages that are read to be shed. */
  readonly reading: Bucket | null;
  /** Of requests that are no messages; null when there is no limit. */
  readonly asking: Bucket | null;
  readonly busyness = new Busyness();
  readonly mayBeLifeSafety: MayBeLifeSafety;
  /**
   * Whether everything it sends is stored when space is used up: it has something of life safety to say, and what it says
   * next is not read before what it said last is answered. So is a device whose type cannot be read.
   */
  readonly urgent: boolean;
  /** Tokens of frames whose answer waits for the bucket. */
  owed = 0;
  /** When a person was last told that this device sends too much. */
  toldAt = Number.NEGATIVE_INFINITY;

  constructor(typeId: string, type: DeviceType | undefined, setting: RatePerDevice) {
    this.type = typeId;
    this.rate = rateOf(type, setting);
    this.bucket = this.rate === null ? null : new Bucket(this.rate, BURST_S * this.rate);
    this.row = this.rate === null ? null : new Bucket(TIMES_RATE_IN_A_ROW * this.rate, this.rate);
    this.reading = this.rate === null ? null : new Bucket(READ_RATE, READ_RATE);
    this.asking = this.rate === null ? null : new Bucket(ASK_RATE, ASK_BURST);
    this.mayBeLifeSafety = lifeSafetyTest(type);
    this.urgent = type === undefined || type.channels.some(({ lifeSafety }) => lifeSafety);
  }

  /** Takes what a frame that waits for an answer costs. @returns milliseconds until that answer may be given. */
  take(now: number, tokens: number): number {
    return Math.max(this.bucket?.take(now, tokens) ?? 0, this.row?.take(now, tokens) ?? 0);
  }

  /** Whether one more request is one too many. What is refused costs nothing, so that it may go on at that rate. */
  asksTooMuch(now: number): boolean {
    if (this.asking === null) return false;
    if (this.asking.wait(now) > 0) return true;
    this.asking.take(now);
    return false;
  }

  /** Whether forgetting it changes nothing. */
  isIdle(now: number): boolean {
    return this.owed === 0 && (this.bucket?.isFull(now) ?? true) && (this.asking?.isFull(now) ?? true);
  }
}

function rateOf(type: DeviceType | undefined, setting: RatePerDevice): number | null {
  if (setting === 'off') return null;
  if (setting !== 'auto') return setting;
  return Math.max(LEAST_RATE, type ? (TIMES_PERIOD * 1000) / type.periodMs : 0);
}
