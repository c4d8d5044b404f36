import { NamedZone } from './named-zone.ts';

/** Numbers below are seconds, others milliseconds, as in what devices send. */
const secondsBelow = 1e11;
const dayMs = 86_400_000;

const clock = String.raw`(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:\s*([ap])\.?m\.?)?`;
const offset = String.raw`(z|[+-]\d{2}(?::?\d{2})?)`;
const yearFirst = new RegExp(String.raw`^(\d{4})([-/.])(\d{1,2})[-/.](\d{1,2})(?:[t ]+${clock})?\s*${offset}?$`, 'i');
const yearLast = new RegExp(String.raw`^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?:,?[t ]+${clock})?\s*${offset}?$`, 'i');

/** What comes first in a date whose year comes last and that has no points: 7/8/2021 is in August, or in July. */
export const dateOrders = ['day-first', 'month-first'] as const;
export type DateOrder = (typeof dateOrders)[number];

/** Zone of times that do not say theirs: an offset from UTC in milliseconds, or an IANA name such as `Europe/Berlin`. */
export type FileZone = number | string;

/**
 * Why a text is no moment: it is no time at all, nobody can say of which zone or whether day or month comes first, or
 * clocks have left this time out.
 */
export type NoTime = 'no-time' | 'no-zone' | 'no-order' | 'left-out';

/**
 * Reads times as people have them in files: ISO 8601, the same with a blank or with strokes (`2021/7/20 8:00`), the day
 * or the month first, with AM and PM, seconds or milliseconds since 1970.
 */
export class TimeReader {
  readonly #offsetMs: number | null;
  readonly #zone: NamedZone | null;
  readonly #order: DateOrder | null;
  /** The day that was read last: a file has many lines of one day. */
  #day = '';
  #dayAt: number | null = null;

  /**
   * @param zone of times that do not say theirs; null: such a time is no moment.
   * @param order null: a date for which it makes a difference is no moment.
   * @throws RangeError when there is no zone of that name.
   */
  constructor(zone: FileZone | null, order: DateOrder | null = null) {
    this.#offsetMs = typeof zone === 'number' ? zone : null;
    this.#zone = typeof zone === 'string' ? new NamedZone(zone) : null;
    this.#order = order;
  }

  /** @returns milliseconds since the epoch. */
  read(value: string | number): number | NoTime {
    if (typeof value === 'number') return fromNumber(value);
    const match = yearFirst.exec(value);
    if (match) return this.#moment([match[1]!, match[3]!, match[4]!], match.slice(5));
    const other = yearLast.exec(value);
    if (!other) return /^\d{6,16}(\.\d+)?$/.test(value) ? fromNumber(Number(value)) : 'no-time';
    const [, first, between, second, year] = other;
    const order = between === '.' ? 'day-first' : this.#order;
    if (order === null) return 'no-order';
    const [day, month] = order === 'day-first' ? [first!, second!] : [second!, first!];
    return this.#moment([year!, month, day], other.slice(5));
  }

  #moment(date: readonly [string, string, string], clockParts: readonly (string | undefined)[]): number | NoTime {
    const [hourText = '0', minute = '0', second = '0', fraction, half, offsetText] = clockParts;
    const dayAt = this.#startOf(...date);
    const hour = hourOf(Number(hourText), half);
    if (dayAt === null || hour === null || Number(minute) > 59 || Number(second) > 60) return 'no-time';
    // The end of a day is written as 24:00 where hydrologists write.
    if (hour === 24 && (Number(minute) > 0 || Number(second) > 0)) return 'no-time';
    const seconds = (hour * 60 + Number(minute)) * 60 + Number(second);
    const ms = fraction === undefined ? 0 : Math.round(Number(`0.${fraction}`) * 1000);
    const shown = dayAt + seconds * 1000 + ms;
    if (offsetText === undefined && this.#zone) return this.#zone.momentOf(shown) ?? 'left-out';
    const zone = offsetText === undefined ? this.#offsetMs : offsetMs(offsetText);
    return zone === null ? 'no-zone' : shown - zone;
  }

  #startOf(year: string, month: string, day: string): number | null {
    const key = `${year}-${month}-${day}`;
    if (key === this.#day) return this.#dayAt;
    this.#day = key;
    const at = Date.UTC(Number(year), Number(month) - 1, Number(day));
    const exists = new Date(at).getUTCMonth() === Number(month) - 1 && Number(day) > 0;
    this.#dayAt = exists && Number.isInteger(at / dayMs) ? at : null;
    return this.#dayAt;
  }
}

/** The hour of a day of 24, from one of 12 with AM or PM too; null when there is none. */
function hourOf(hour: number, half: string | undefined): number | null {
  if (half === undefined) return hour <= 24 ? hour : null;
  if (hour < 1 || hour > 12) return null;
  return (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
}

function fromNumber(value: number): number | NoTime {
  if (!Number.isFinite(value)) return 'no-time';
  return Math.round(value < secondsBelow ? value * 1000 : value);
}

/** A zone as people write it: `+08:00`, `-0330`, `+8`, `Z` or `Europe/Berlin`; null when it is none. */
export function zoneOf(text: string): FileZone | null {
  const ms = offsetMs(text);
  if (ms !== null || /^[+-]?\d/.test(text)) return ms;
  try {
    new NamedZone(text);
    return text;
  } catch {
    return null;
  }
}

/** Milliseconds of an offset; null when it is none. */
function offsetMs(text: string): number | null {
  if (/^z$/i.test(text)) return 0;
  const match = /^([+-])(\d{1,2})(?::?(\d{2}))?$/.exec(text);
  if (!match) return null;
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  if (minutes > 14 * 60) return null;
  return (match[1] === '-' ? -1 : 1) * minutes * 60_000;
}
