import type { PackReader, PackWriter } from './pack.ts';

const hourMs = 3_600_000;
/** A departure is sustained over half a day. */
const sustainedHours = 12;
/** So many hours of it are to be known. */
const enough = 9;
/** All but a quarter of the hours share it: so long may spikes last, and do not make it larger. */
const apart = 1 / 4;
/** The half day, and the same hours of the day before. */
const kept = 24 + sustainedHours;
const allHeard = 2 ** sustainedHours - 1;

/** What a series was in the hours of the last day and a half: the mean of each, once it is over. */
export class LastHours {
  readonly #means = new Float32Array(kept).fill(Number.NaN);
  /** The hour under way, counted since the epoch, the sum of its values and their number. */
  #hour = Number.NaN;
  #sum = 0;
  #count = 0;
  /** In which hours of the last half day there was a value: a bit for each, the lowest for the newest that is over. */
  #heard = 0;

  /** The mean of the hour a day before a time; NaN where there is none. */
  dayBefore(time: number): number {
    return this.#means[slotOf(Math.floor(time / hourMs) - 24, kept)]!;
  }

  /** @returns whether another hour has begun. */
  learn(time: number, value: number): boolean {
    const hour = Math.floor(time / hourMs);
    const begins = hour !== this.#hour;
    if (begins) {
      if (this.#count > 0) this.#keep(this.#hour, this.#sum / this.#count);
      this.#pass(hour);
      this.#hour = hour;
      this.#sum = 0;
      this.#count = 0;
    }
    this.#sum += value;
    this.#count++;
    return begins;
  }

  /** Hours without a value were like the same hour of the day before, as far as anyone knows. */
  #pass(until: number): void {
    // Three days on, everything is where it was.
    const first = this.#hour + 1 + 72 * Math.max(0, Math.floor((until - this.#hour) / 72) - 1);
    for (let hour = first; hour < until; hour++) {
      this.#means[slotOf(hour, kept)] = this.#means[slotOf(hour - 24, kept)]!;
      this.#heard = (this.#heard << 1) & allHeard;
    }
  }

  #keep(hour: number, mean: number): void {
    this.#means[slotOf(hour, kept)] = mean;
    this.#heard = ((this.#heard << 1) & allHeard) | 1;
  }

  /**
   * By how much three of four hours of the last half day were off on the same side: from what was expected, and from the
   * same hours of the day before, whichever is less. 0 where they were on both sides, NaN where too few are known.
   * @param expected what is expected at a time, as far as is known now; NaN where nothing is. That it has learnt these
   * hours already makes all of them a little nearer, those of the past that they are compared with as well.
   */
  sustained(expected: (time: number) => number): number {
    const hoursOff: number[] = [];
    const beside: number[] = [];
    for (let ago = 1; ago <= sustainedHours; ago++) {
      const hour = this.#hour - ago;
      const mean = this.#means[slotOf(hour, kept)]!;
      beside.push(mean - this.#means[slotOf(hour - 24, kept)]!);
      if ((this.#heard >> (ago - 1)) & 1) hoursOff.push(mean - expected((hour + 0.5) * hourMs));
    }
    const off = sharedBy(hoursOff);
    const news = sharedBy(beside);
    if (Number.isNaN(off) || Number.isNaN(news)) return Math.abs(off);
    return off * news > 0 ? Math.min(Math.abs(off), Math.abs(news)) : 0;
  }

  /** What was is no measure of what is to come. */
  forget(): void {
    this.#means.fill(Number.NaN);
    this.#heard = 0;
    this.#sum = 0;
    this.#count = 0;
  }

  write(pack: PackWriter): void {
    pack.number(this.#hour, this.#sum);
    pack.floats(Float32Array.of(this.#count, this.#heard));
    pack.floats(this.#means);
  }

  read(pack: PackReader): void {
    this.#hour = pack.number();
    this.#sum = pack.number();
    const counts = new Float32Array(2);
    pack.floats(counts);
    [this.#count, this.#heard] = counts as unknown as [number, number];
    pack.floats(this.#means);
  }
}

/**
 * The least that all but a quarter of some numbers are above, or the most that they are below; 0 between the two, NaN
 * where too few are known.
 */
function sharedBy(numbers: number[]): number {
  const sorted = numbers.filter((one) => !Number.isNaN(one)).sort((a, b) => a - b);
  if (sorted.length < enough) return Number.NaN;
  const out = Math.floor(sorted.length * apart);
  const [low, high] = [sorted[out]!, sorted[sorted.length - 1 - out]!];
  return low > 0 ? low : Math.min(0, high);
}

function slotOf(hour: number, room: number): number {
  return hour - room * Math.floor(hour / room);
}
