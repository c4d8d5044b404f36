/** What is downsampled to one point: the same 5 minutes as in the embedded engine. Milliseconds. */
export const windowMs = 300_000;

/** Start of the window that a moment is in. */
export function windowOf(at: number): number {
  return Math.floor(at / windowMs) * windowMs;
}

/** Start of the first window that begins at the moment or later. */
export function windowFrom(at: number): number {
  return Math.ceil(at / windowMs) * windowMs;
}
