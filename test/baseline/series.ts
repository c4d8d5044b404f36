import { randomFrom } from '../support/random.ts';

/** A reading of a made series. */
export interface Point {
  time: number;
  value: number;
}

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;
/** A Monday. */
export const begin = Date.UTC(2026, 0, 5);

/** Random numbers with a normal distribution, mean 0 and deviation 1. */
export function gaussFrom(seed: number): () => number {
  const random = randomFrom(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** A series of so many days, a value each `everyMs`, from what a function says of the time since its beginning. */
export function series(days: number, everyMs: number, valueAt: (sinceMs: number) => number): Point[] {
  return Array.from({ length: Math.floor((days * day) / everyMs) }, (_, i) => ({
    time: begin + i * everyMs,
    value: valueAt(i * everyMs),
  }));
}

/** A quiet series with a course over the day, as most that people and weather make. */
export function daily(days: number, seed: number, everyMs = 5 * minute): Point[] {
  const gauss = gaussFrom(seed);
  let slow = 0;
  return series(days, everyMs, (since) => {
    slow = 0.97 * slow + 0.24 * gauss();
    return 20 + 10 * Math.sin((2 * Math.PI * since) / day) + slow + gauss();
  });
}
