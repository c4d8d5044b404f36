import type { ByteReader, ByteWriter } from './bytes.ts';

/** The greatest amount of a number in a column: twice as much and a sign are still exact as a double. */
export const greatestWhole = 2 ** 51;

/**
 * Writes whole numbers, which are small when all is well: as many bytes each as the greatest of them needs, all the
 * lowest bytes first, then all the next ones, so that zstd finds like beside like. Nothing but zeros takes one byte.
 */
export function writeWholes(out: ByteWriter, numbers: Float64Array): void {
  let greatest = 0;
  for (const number of numbers) {
    const folded = fold(number);
    if (folded > greatest) greatest = folded;
  }
  let width = 0;
  while (greatest >= 2 ** (8 * width)) width += 1;
  out.byte(width);
  const length = numbers.length;
  const planes = out.take(width * length);
  for (let i = 0; i < length; i++) {
    const folded = fold(numbers[i]!);
    const low = folded >>> 0;
    for (let plane = 0; plane < width && plane < 4; plane++) planes[plane * length + i] = low >>> (8 * plane);
    if (width <= 4) continue;
    const high = (folded - low) / 2 ** 32;
    for (let plane = 4; plane < width; plane++) planes[plane * length + i] = high >>> (8 * (plane - 4));
  }
}

/** Reads `length` numbers that `writeWholes` wrote. */
export function readWholes(from: ByteReader, length: number): Float64Array {
  const numbers = new Float64Array(length);
  const width = from.byte();
  const planes = from.take(width * length);
  if (width <= 4) {
    for (let i = 0; i < length; i++) {
      let folded = 0;
      for (let plane = 0; plane < width; plane++) folded |= planes[plane * length + i]! << (8 * plane);
      numbers[i] = (folded >>> 1) ^ -(folded & 1);
    }
    return numbers;
  }
  for (let i = 0; i < length; i++) {
    let folded = 0;
    for (let plane = 0; plane < width; plane++) folded += planes[plane * length + i]! * 2 ** (8 * plane);
    numbers[i] = folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
  }
  return numbers;
}

/** 0, -1, 1, -2, 2 … become 0, 1, 2, 3, 4 …, so that a small amount has few bytes whatever its sign. */
function fold(number: number): number {
  return number < 0 ? -2 * number - 1 : 2 * number;
}
