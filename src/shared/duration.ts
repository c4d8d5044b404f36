const factors: Record<string, number> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Reads a duration such as `30 s`, `10 min`, `12 h`, `7 d`.
 * @returns milliseconds, or null when the text is no duration.
 */
export function parseDuration(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|min|h|d)$/.exec(text.trim());
  return match ? Number(match[1]) * factors[match[2]!]! : null;
}

/** A duration as people write it, in the largest unit that holds it whole: 300000 → `5 min`. */
export function writeDuration(ms: number): string {
  const [unit, factor] = Object.entries(factors).findLast(([, size]) => ms % size === 0 && ms >= size) ?? ['ms', 1];
  return `${ms / factor} ${unit}`;
}
