/** What is kept of a log in a checkpoint. */
export interface AnswerLogState {
  times: readonly number[];
  /** Null for not known: JSON has no NaN. */
  answers: readonly (number | null)[];
}

/** What one device has said to a question at each of its readings, by measured time. NaN is not known. */
export class AnswerLog {
  #times: number[] = [];
  #answers: number[] = [];

  constructor(state?: Partial<AnswerLogState>) {
    // One of another shape is left aside: the next reading says it anew.
    if (!state?.times || !state.answers) return;
    this.#times = [...state.times];
    this.#answers = state.answers.map((one) => one ?? Number.NaN);
  }

  /** Takes in an answer; a second one of the same moment counts instead of the first. */
  set(at: number, answer: number): void {
    const place = this.#placeOf(at);
    if (this.#times[place] === at) this.#answers[place] = answer;
    else {
      this.#times.splice(place + 1, 0, at);
      this.#answers.splice(place + 1, 0, answer);
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

  /** The answer at a time, by a reading not older than `maxGapMs`; NaN when it is not known. */
  answerAt(at: number, maxGapMs: number): number {
    const place = this.#placeOf(at);
    return place < 0 || at - this.#times[place]! > maxGapMs ? Number.NaN : this.#answers[place]!;
  }

  /** Adds the readings at or after a time that say something else than was known just before them. */
  changesSince(from: number, maxGapMs: number, times: Set<number>): void {
    for (let place = this.#times.length - 1; place >= 0 && this.#times[place]! >= from; place--) {
      const evident = place > 0 && this.#times[place]! - this.#times[place - 1]! <= maxGapMs;
      const before = evident ? this.#answers[place - 1] : Number.NaN;
      if (!Object.is(this.#answers[place], before)) times.add(this.#times[place]!);
    }
  }

  /** Forgets readings before a time, but for the last of them. */
  forgetBefore(at: number): void {
    const place = this.#placeOf(at);
    // In one go, now and then: this is called at every reading.
    if (place < 64) return;
    this.#times.splice(0, place);
    this.#answers.splice(0, place);
  }

  state(): AnswerLogState {
    const answers = this.#answers.map((one) => (Number.isNaN(one) ? null : one));
    return { times: [...this.#times], answers };
  }
}
