/**
 * Times for a checkpoint, in ascending order: the first, then how much later each one was. A number below zero stands for
 * so many more steps like the one before it, since most devices report at a steady pace.
 */
export function packTimes(times: readonly number[]): number[] {
  const packed: number[] = [];
  let step = Number.NaN;
  for (let i = 0; i < times.length; i++) {
    const next = i === 0 ? times[0]! : times[i]! - times[i - 1]!;
    // The first is a time, which no step repeats.
    if (i < 2 || next !== step) packed.push(next);
    else if (packed.at(-1)! < 0) packed[packed.length - 1]!--;
    else packed.push(-1);
    step = next;
  }
  return packed;
}

/** The times that were packed. */
export function unpackTimes(packed: readonly number[]): number[] {
  const times: number[] = [];
  let at = packed[0] ?? 0;
  if (packed.length > 0) times.push(at);
  for (let i = 1; i < packed.length; i++) {
    const number = packed[i]!;
    const step = number < 0 ? packed[i - 1]! : number;
    for (let more = number < 0 ? -number : 1; more > 0; more--) {
      at += step;
      times.push(at);
    }
  }
  return times;
}
