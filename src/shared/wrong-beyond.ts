/** Clocks are corrected by moments all the time; only beyond this ours was set back. */
const clockSlackMs = 60_000;

/**
 * How much later than the sample that comes in now a device's newest one may have been measured, in milliseconds; beyond
 * it the older one was dated by a clock that was wrong.
 * @param maxFutureMs how far ahead of its receipt a sample may have been measured
 */
export const wrongBeyondMs = (maxFutureMs: number) => maxFutureMs + clockSlackMs;
