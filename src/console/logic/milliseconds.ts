/** A short time as people read it: `0.8 ms`, `12 ms`, `1.3 s`; longer ones as a clock does. Milliseconds. */
export function millisecondsText(ms: number): string {
  if (ms < 10) return `${Math.round(ms * 10) / 10} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return `${Math.round(ms / 100) / 10} s`;
}
