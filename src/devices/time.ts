import type { DecodeLimits } from './decode.ts';
import { type DecodeProblem, quoted } from './problems.ts';

/** ISO 8601 with an offset: without one nobody can say which moment it is. */
const iso = /^\d{4}-(\d{2})-(\d{2})T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d([.,]\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/;

/** Numbers below are seconds, others milliseconds: 10^11 s is the year 5138, 10^11 ms is 1973. */
const secondsBelow = 1e11;

/** When a sample was measured by its device's clock, and what is wrong with that. */
export interface DeviceTime {
  /** Milliseconds since the epoch; NaN when it cannot be read. */
  at: number;
  problem: DecodeProblem | null;
}

/** Reads a payload's `time`; the moment of receipt counts when the payload has none. */
export function deviceTime(time: unknown, receivedAt: number, limits: DecodeLimits): DeviceTime {
  if (time === undefined) return { at: receivedAt, problem: null };
  const at = read(time);
  return { at: at ?? Number.NaN, problem: problemOf(time, at, receivedAt, limits) };
}

function problemOf(time: unknown, at: number | null, receivedAt: number, limits: DecodeLimits): DecodeProblem | null {
  if (at === null) {
    const allowed = '"2026-03-01T08:00:00+08:00", seconds or milliseconds since 1970';
    return { code: 'TIME_INVALID', reason: `"time" is ${quoted(time)}; allowed are ${allowed}.` };
  }
  if (at < receivedAt - limits.maxAgeMs) {
    const allowed = `until a sample comes in, at most ${days(limits.maxAgeMs)} may have passed`;
    const cure = "Set the device's clock; for a past that is meant, raise intake.maxAge";
    return { code: 'TIME_TOO_OLD', reason: `"time" is ${shown(at)}; ${allowed}. ${cure}.` };
  }
  if (at > receivedAt + limits.maxFutureMs) {
    const allowed = `it may be ${limits.maxFutureMs / 1000} s ahead of the time of receipt, ${shown(receivedAt)}`;
    return { code: 'TIME_IN_FUTURE', reason: `"time" is ${shown(at)}; ${allowed}. Set the device's clock.` };
  }
  return null;
}

function read(time: unknown): number | null {
  if (typeof time === 'number') {
    if (!Number.isFinite(time)) return null;
    return Math.round(time < secondsBelow ? time * 1000 : time);
  }
  if (typeof time !== 'string') return null;
  const match = iso.exec(time);
  if (!match) return null;
  const at = Date.parse(time.replace(',', '.').replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
  return Number.isNaN(at) || !exists(time) ? null : at;
}

/** Whether the day is in the calendar: `Date.parse` takes the 30th of February for the 2nd of March. */
function exists(time: string): boolean {
  const day = new Date(`${time.slice(0, 10)}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().slice(0, 10) === time.slice(0, 10);
}

function shown(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? String(at) : date.toISOString();
}

function days(ms: number): string {
  return ms >= 86_400_000 ? `${ms / 86_400_000} d` : `${ms / 60_000} min`;
}
