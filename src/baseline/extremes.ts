import type { PackReader, PackWriter } from './pack.ts';

const dayMs = 86_400_000;
const blockMs = dayMs / 2;
/** Half days remembered: four weeks. */
const remembered = 56;
/** Fewer half days say nothing about a tail. */
const enough = 3;
/** How exactly a half day is remembered: in 2048 steps to the double, a part in six thousand off at most. */
const stepsToDouble = 2048;
/** Codes of half days: 0 is nothing at all, the middle is `#unit`. */
const middleCode = 32_768;
const mostCode = 65_535;
/** In the tail no half day counts for more than so many times the middle one: what was wrong once is not the rule. */
const mostExcess = 10;
/** Part of the half days whose largest values the tail is fitted to. */
const tailPart = 0.4;
/** More than this, once in 10^12 days, is no more surprising. */
const mostSurprise = 12;

/** The tail of the largest values: above `begin` the excess is exponential with mean `scale`. */
interface Tail {
  begin: number;
  scale: number;
  /** Decimal logarithm of how many times a day `begin` is passed. */
  rate: number;
}

/**
 * How often a series has shown a value as large as one now: peaks over a threshold, with the largest value of each
 * half day as peaks. Half days make one of what belongs together, so that a bad hour counts once; a month of them
 * is all that is kept. Beyond what has been seen, an exponential tail goes on.
 */
export class Extremes {
  readonly #leastStep: number;
  readonly #leastScale: number;
  readonly #codes = new Uint16Array(remembered);
  /** What peaks are told by, so that no unit matters: the first one above 0, doubled where larger ones need it. */
  #unit = Number.NaN;
  #count = 0;
  /** Largest value of the half day under way, and its number; negative before the first value. */
  #peak = -1;
  #block = Number.NaN;
  #tail: Tail | null | undefined;

  /**
   * @param leastStep the scale of the tail is made larger by this part of its beginning: barely larger is no news.
   * @param leastScale the scale is at least this.
   */
  constructor(leastStep: number, leastScale: number) {
    this.#leastStep = leastStep;
    this.#leastScale = leastScale;
  }

  /** Takes a value, 0 or more, into the past; NaN is none. */
  learn(time: number, value: number): void {
    if (Number.isNaN(value)) return;
    const block = Math.floor(time / blockMs);
    if (block !== this.#block) {
      if (this.#peak >= 0) this.#close();
      this.#block = block;
      this.#peak = -1;
    }
    // As exact as it is kept.
    if (value > this.#peak) this.#peak = Math.fround(value);
  }

  #close(): void {
    this.#codes[this.#count % remembered] = this.#codeOf(this.#peak);
    // Once full it goes round; the count stays below twice the room, so that its rest says where.
    this.#count = this.#count + 1 === 2 * remembered ? remembered : this.#count + 1;
    this.#tail = undefined;
  }

  #codeOf(peak: number): number {
    if (peak <= 0) return 0;
    if (Number.isNaN(this.#unit)) this.#unit = peak;
    let code = middleCode + Math.round(stepsToDouble * Math.log2(peak / this.#unit));
    for (; code > mostCode; code -= stepsToDouble) {
      this.#unit *= 2;
      for (const [i, known] of this.#codes.entries()) {
        if (known > 0) this.#codes[i] = Math.max(1, known - stepsToDouble);
      }
    }
    return Math.max(1, code);
  }

  #peakOf(code: number): number {
    return code === 0 ? 0 : this.#unit * 2 ** ((code - middleCode) / stepsToDouble);
  }

  /**
   * How rare a value is: minus the decimal logarithm of how many times a day the past of the series would bring one as
   * large. 0 for what comes daily or more often, 1 for once in ten days. 0 for NaN, and while too little is known.
   * @param leastScale the scale of the tail is at least this.
   */
  surprise(value: number, leastScale = 0): number {
    if (this.#tail === undefined) this.#tail = this.#fit();
    const tail = this.#tail;
    // Below where the tail begins it goes on until nothing is surprising: what lies there exactly makes no jump.
    if (!tail || !(value > 0)) return 0;
    const surprise = (value - tail.begin) / Math.max(leastScale, tail.scale) / Math.LN10 - tail.rate;
    return Math.min(mostSurprise, Math.max(0, surprise));
  }

  /** The value that has the given surprise; NaN while too little is known. */
  valueOf(surprise: number): number {
    if (this.#tail === undefined) this.#tail = this.#fit();
    const tail = this.#tail;
    return tail ? tail.begin + tail.scale * Math.LN10 * (surprise + tail.rate) : Number.NaN;
  }

  #fit(): Tail | null {
    const known = Math.min(this.#count, remembered);
    if (known < enough) return null;
    const sorted = Array.from(this.#codes.slice(0, known).sort().reverse(), (code) => this.#peakOf(code));
    const size = Math.max(2, Math.ceil(known * tailPart));
    const begin = sorted[Math.min(size, known - 1)]!;
    const middle = sorted[size >> 1]! - begin;
    const most = middle > 0 ? mostExcess * middle : Number.POSITIVE_INFINITY;
    let excess = 0;
    for (let i = 0; i < size; i++) excess += Math.min(most, sorted[i]! - begin);
    // Where nothing has ever moved, the first movement is as surprising as anything can be.
    const scale = Math.max(excess / size + this.#leastStep * begin, this.#leastScale, Number.MIN_VALUE);
    return { begin, scale, rate: Math.log10((size / (known + 1)) * (dayMs / blockMs)) };
  }

  write(pack: PackWriter): void {
    pack.floats(Float32Array.of(this.#block, this.#peak, this.#unit));
    pack.shorts(Uint16Array.of(this.#count));
    // Only what is known: a young series takes little room.
    pack.shorts(this.#codes.subarray(0, Math.min(this.#count, remembered)));
  }

  read(pack: PackReader): void {
    const [numbers, count] = [new Float32Array(3), new Uint16Array(1)];
    pack.floats(numbers);
    pack.shorts(count);
    [this.#block, this.#peak, this.#unit] = numbers as unknown as [number, number, number];
    this.#count = count[0]!;
    if (this.#count >= 2 * remembered) throw new RangeError('The packed state is not of here.');
    pack.shorts(this.#codes.subarray(0, Math.min(this.#count, remembered)));
    this.#tail = undefined;
  }
}
