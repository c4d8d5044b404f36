/** What was known of a condition on one device at its readings, by measured time. */
export class TruthLog {
  #times: number[];
  /** 1, 0, or -1 for not known: JSON has no NaN. */
  #truths: number[];

  constructor({ times, truths }: { times: readonly number[]; truths: readonly number[] } = { times: [], truths: [] }) {
    this.#times = [...times];
    this.#truths = [...truths];
  }

  /** Takes in a judgement; a second one of the same moment counts instead of the first. */
  set(at: number, truth: number): void {
    const place = this.#placeOf(at);
    const known = Number.isNaN(truth) ? -1 : truth;
    if (this.#times[place] === at) this.#truths[place] = known;
    else {
      this.#times.splice(place + 1, 0, at);
      this.#truths.splice(place + 1, 0, known);
    }
  }

  /** Index of the last reading at or before a time; -1 when there is none. */
  #placeOf(at: number): number {
    let place = this.#times.length - 1;
    // What is asked for is nearly always the newest.
    while (place >= 0 && this.#times[place]! > at) place--;
    return place;
  }

  /** Measured time of the last reading at or before a time; -Infinity when there is none. */
  timeAt(at: number): number {
    const place = this.#placeOf(at);
    return place < 0 ? Number.NEGATIVE_INFINITY : this.#times[place]!;
  }

  /** Whether it held at a time, by a reading not older than `maxGapMs`; NaN when that is not known. */
  truthAt(at: number, maxGapMs: number): number {
    const place = this.#placeOf(at);
    if (place < 0 || at - this.#times[place]! > maxGapMs || this.#truths[place] === -1) return Number.NaN;
    return this.#truths[place]!;
  }

  /** Adds the readings at or after a time that say something else than was known just before them. */
  changesSince(from: number, maxGapMs: number, times: Set<number>): void {
    for (let place = this.#times.length - 1; place >= 0 && this.#times[place]! >= from; place--) {
      const evident = place > 0 && this.#times[place]! - this.#times[place - 1]! <= maxGapMs;
      if (this.#truths[place] !== (evident ? this.#truths[place - 1] : -1)) times.add(this.#times[place]!);
    }
  }

  /** Forgets readings before a time, but for the last of them. */
  forgetBefore(at: number): void {
    const place = this.#placeOf(at);
    // In one go, now and then: this is called at every reading.
    if (place < 64) return;
    this.#times.splice(0, place);
    this.#truths.splice(0, place);
  }

  state(): { times: number[]; truths: number[] } {
    return { times: [...this.#times], truths: [...this.#truths] };
  }
}
