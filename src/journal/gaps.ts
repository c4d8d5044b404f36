import { open } from 'node:fs/promises';
import { nextMark, type Segment } from './locate.ts';
import { MARK_BYTES } from './mark.ts';
import { segmentPath } from './segments.ts';
import { Window } from './window.ts';

/** The last mark is looked for in the last bytes of a segment, then in more of them: groups are small, but may be large. */
const tailBytes = [65_536, 4_194_304, Number.POSITIVE_INFINITY];

/**
 * Entries that are missing between segments: files that somebody deleted, or that were cut off.
 * @param bases offsets at which the segments begin, ascending
 * @returns ranges: from, and up to but without
 */
export async function gapsBetween(
  dir: string,
  bases: readonly number[],
  salt: number,
): Promise<[from: number, to: number][]> {
  const gaps: [from: number, to: number][] = [];
  for (let i = 0; i + 1 < bases.length; i++) {
    const [base, next] = [bases[i]!, bases[i + 1]!];
    const end = await endOf(dir, base, salt);
    if (end !== null && end < next) gaps.push([end, next]);
  }
  return gaps;
}

/** Offset after the last entry of a segment; null when it has no marks, as the first Tocsin wrote it. */
async function endOf(dir: string, base: number, salt: number): Promise<number | null> {
  const file = await open(segmentPath(dir, base), 'r');
  try {
    const { size } = await file.stat();
    if (size === 0) return base;
    const segment = { window: new Window(file), base, salt };
    for (const bytes of tailBytes) {
      const end = await endAfter(segment, Math.max(0, size - bytes));
      if (end !== null || bytes >= size) return end;
    }
    return null;
  } finally {
    await file.close();
  }
}

async function endAfter(segment: Segment, from: number): Promise<number | null> {
  let end: number | null = null;
  let found = await nextMark(segment, from);
  while (found !== null) {
    const { position, mark } = found;
    end = mark.first + mark.count;
    found = await nextMark(segment, position + MARK_BYTES + mark.length);
  }
  return end;
}
