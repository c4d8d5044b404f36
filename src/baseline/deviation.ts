import type { BaselineView } from './baseline.ts';
import { PackReader, PackWriter } from './pack.ts';
import { type Kind, kinds } from './series.ts';

/** A time in which a channel was unusual, and its most surprising reading, beside what was normal then. */
export interface Deviation {
  /** Measured time of the first unusual reading, milliseconds since the epoch. */
  from: number;
  /** Measured time of the first reading that was usual again; null while it goes on. */
  until: number | null;
  /** The most surprising reading: when it was measured, and its value. */
  at: number;
  value: number;
  low: number;
  middle: number;
  high: number;
  score: number;
  kind: Kind;
}

/** Below this score what was unusual is over: a gap, so that noise does not make many of one. */
const overBelow = 0.5;
/** What comes back within this belongs to the same one. */
const sameMs = 3_600_000;

/** The newest deviation of a channel with one more reading; the same object where that changes nothing. */
export function followDeviation(
  last: Deviation | null,
  at: number,
  value: number,
  { kind, score, low, middle, high }: BaselineView,
): Deviation | null {
  if (kind === 'usual') {
    return last && last.until === null && score < overBelow ? { ...last, until: at } : last;
  }
  const now = { at, value, low, middle, high, score, kind };
  if (!last || (last.until !== null && at - last.until > sameMs)) return { ...now, from: at, until: null };
  if (score > last.score) return { ...now, from: last.from, until: null };
  return last.until === null ? last : { ...last, until: null };
}

/** For checkpoints; NaN stands for "goes on". */
export function packDeviation({ from, until, at, value, low, middle, high, score, kind }: Deviation): string {
  const pack = new PackWriter();
  pack.number(from, until ?? Number.NaN, at, value);
  pack.floats(Float32Array.of(low, middle, high, score, kinds.indexOf(kind)));
  return pack.text();
}

/** @returns null for what `packDeviation` has not written. */
export function unpackDeviation(text: unknown): Deviation | null {
  if (typeof text !== 'string') return null;
  try {
    const pack = new PackReader(text);
    const [from, until, at, value] = [pack.number(), pack.number(), pack.number(), pack.number()];
    const rest = new Float32Array(5);
    pack.floats(rest);
    const [low, middle, high, score, kind] = rest as unknown as [number, number, number, number, number];
    const end = Number.isNaN(until) ? null : until;
    return { from, until: end, at, value, low, middle, high, score, kind: kinds[kind] ?? 'point' };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
