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
  /** It is too much at once, whatever is in it. */
  readonly isTooLarge: boolean;

  constructor(reason: string, isTooLarge = false) {
    super(reason);
    this.name = 'BatchRefused';
    this.isTooLarge = isTooLarge;
    const dropped = /partial write:.*dropped=(\d+)/s.exec(reason)?.[1];
    this.dropped = dropped === undefined ? null : Number(dropped);
  }
}

/**
 * Sends lines; when the store refuses the batch, finds the lines that it means by sending parts of it, so that every
 * other line is stored. Lines may be stored several times on the way: the same line twice is one point. What the store
 * says only helps to find them soon: a line is given up when it was refused alone, or with all that was sent with it.
 * @param send resolves when stored; rejects with BatchRefused for what a division can find, else with another error
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
    const [first, second] = suspected(lines, error) ?? halves(lines);
    return [...(await sendAndIsolate(first, send)), ...(await sendAndIsolate(second, send))];
  }
}

type Division = [readonly string[], readonly string[]];

function halves(lines: readonly string[]): Division {
  const middle = Math.ceil(lines.length / 2);
  return [lines.slice(0, middle), lines.slice(middle)];
}

/**
 * The lines that the words of InfluxDB point at, and the others; null when they point at none or at all. One device
 * that goes on sending what is refused would otherwise cost some ten requests for each of its lines.
 */
function suspected(lines: readonly string[], { message, dropped }: BatchRefused): Division | null {
  let bad: ReadonlySet<string>;
  const field = /input field "(.+?)" on measurement/.exec(message)?.[1];
  if (field !== undefined) {
    bad = new Set(lines.filter((line) => line.includes(` ${field}=`) || line.includes(`,${field}=`)));
  } else if (dropped !== null && message.includes('beyond retention policy')) {
    // What it has dropped is what is oldest.
    bad = new Set([...lines].sort((a, b) => timeOf(a) - timeOf(b)).slice(0, dropped));
  } else {
    return null;
  }
  const good = lines.filter((line) => !bad.has(line));
  return bad.size > 0 && good.length > 0 ? [good, lines.filter((line) => bad.has(line))] : null;
}

function timeOf(line: string): number {
  return Number(line.slice(line.lastIndexOf(' ') + 1));
}
