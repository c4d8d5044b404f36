/** Numbers below are seconds, others milliseconds, as in what devices send. */
const secondsBelow = 1e11;
const dayMs = 86_400_000;

const written =
  /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|z|[+-]\d{2}(?::?\d{2})?)?$/;

/** Why a text is no moment: it is no time at all, or nobody can say of which zone. */
export type NoTime = 'no-time' | 'no-zone';

/**
 * Reads times as people have them in files: ISO 8601, the same with a blank or with strokes (`2021/7/20 8:00`), seconds
 * or milliseconds since 1970.
 */
export class TimeReader {
  readonly #zoneMs: number | null;
  /** The day that was read last: a file has many lines of one day. */
  #day = '';
  #dayAt: number | null = null;

  /** @param zoneMs offset from UTC of times that do not say theirs; null: such a time is no moment. */
  constructor(zoneMs: number | null) {
    this.#zoneMs = zoneMs;
  }

  /** @returns milliseconds since the epoch. */
  read(value: string | number): number | NoTime {
    if (typeof value === 'number') return fromNumber(value);
    const match = written.exec(value);
    if (!match) return /^\d{6,16}(\.\d+)?$/.test(value) ? fromNumber(Number(value)) : 'no-time';
    const [, year, month, day, hour = '0', minute = '0', second = '0', fraction, offset] = match;
    const dayAt = this.#startOf(year!, month!, day!);
    if (dayAt === null || Number(hour) > 24 || Number(minute) > 59 || Number(second) > 60) return 'no-time';
    // The end of a day is written as 24:00 where hydrologists write.
    if (hour === '24' && (Number(minute) > 0 || Number(second) > 0)) return 'no-time';
    const zone = offset === undefined ? this.#zoneMs : zoneMs(offset);
    if (zone === null) return 'no-zone';
    const seconds = (Number(hour) * 60 + Number(minute)) * 60 + Number(second);
    const ms = fraction === undefined ? 0 : Math.round(Number(`0.${fraction}`) * 1000);
    return dayAt + seconds * 1000 + ms - zone;
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

function fromNumber(value: number): number | NoTime {
  if (!Number.isFinite(value)) return 'no-time';
  return Math.round(value < secondsBelow ? value * 1000 : value);
}

/** Milliseconds of an offset such as `+08:00`, `-0330`, `+8` or `Z`; null when it is none. */
export function zoneMs(text: string): number | null {
  if (/^z$/i.test(text)) return 0;
  const match = /^([+-])(\d{1,2})(?::?(\d{2}))?$/.exec(text);
  if (!match) return null;
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  if (minutes > 14 * 60) return null;
  return (match[1] === '-' ? -1 : 1) * minutes * 60_000;
}
