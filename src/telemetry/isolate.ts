/** A line that the store will never take, however often it is sent. */
export interface RefusedLine {
  line: string;
  /** In the store's words. */
  reason: string;
}

/** The store answered, and will not take something in the batch. Any other failure is one of the store itself. */
export class BatchRefused extends Error {
  /** How many of the lines were not stored, where the store says so. */
  readonly dropped: number | null;

  constructor(reason: string) {
    super(reason);
    this.name = 'BatchRefused';
    const dropped = /^partial write:.*dropped=(\d+)$/s.exec(reason)?.[1];
    this.dropped = dropped === undefined ? null : Number(dropped);
  }
}

/**
 * Sends lines; when the store refuses the batch, finds the lines that it means by sending halves of it, so that every
 * other line is stored. Lines may be stored several times on the way: the same line twice is one point. InfluxDB is
 * not consistent enough to trust its words alone: 1.6 stores the good lines of a `partial write`, but none of a
 * batch with `field type conflict`.
 * @param send resolves when stored; rejects with BatchRefused for what a halving can find, else with another error
 * @returns the refused lines; rejects with what `send` rejects with when the store has failed
 */
export async function sendAndIsolate(
  lines: readonly string[],
  send: (lines: readonly string[]) => Promise<void>,
): Promise<RefusedLine[]> {
  try {
    await send(lines);
    return [];
  } catch (error) {
    if (!(error instanceof BatchRefused)) throw error;
    if (lines.length === 1 || error.dropped === lines.length) {
      return lines.map((line) => ({ line, reason: error.message }));
    }
    const middle = Math.ceil(lines.length / 2);
    const first = await sendAndIsolate(lines.slice(0, middle), send);
    const second = await sendAndIsolate(lines.slice(middle), send);
    return [...first, ...second];
  }
}
