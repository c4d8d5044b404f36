/** What is kept of a log in a checkpoint, run by run. */
export interface AnswerLogState {
  from: readonly number[];
  until: readonly number[];
  /** Null for not known: JSON has no NaN. */
  answers: readonly (number | null)[];
}

/** A device that says something else at each reading, many times a second, is known for a shorter time. */
const mostRuns = 4096;

/**
 * What one device has said to a question at its readings, by measured time; NaN is not known. Readings one after the other
 * that say the same, none further from the next than the gap, are one run: in quiet times nearly all are.
 */
export class AnswerLog {
  readonly #maxGapMs: number;
  /** Measured time of the first and of the last reading of each run. */
  #from: number[] = [];
  #until: number[] = [];
  #answers: number[] = [];

  /** @param maxGapMs a reading older than this is not evidence, milliseconds. */
  constructor(maxGapMs: number, state?: Partial<AnswerLogState>) {
    this.#maxGapMs = maxGapMs;
    // One of another shape is left aside: the next reading says it anew.
    if (!state?.from || !state.until || !state.answers) return;
    this.#from = [...state.from];
    this.#until = [...state.until];
    this.#answers = state.answers.map((one) => one ?? Number.NaN);
  }

  /** Takes in an answer. What was said at this time or later is forgotten: all of it is said again, in order. */
  set(at: number, answer: number): void {
    this.#forgetFrom(at);
    const last = this.#from.length - 1;
    if (last >= 0 && Object.is(this.#answers[last], answer) && at - this.#until[last]! <= this.#maxGapMs) {
      this.#until[last] = at;
      return;
    }
    this.#from.push(at);
    this.#until.push(at);
    this.#answers.push(answer);
  }

  #forgetFrom(at: number): void {
    let last = this.#from.length - 1;
    if (last < 0 || this.#until[last]! < at) return;
    while (last >= 0 && this.#from[last]! >= at) last--;
    this.#from.length = last + 1;
    this.#until.length = last + 1;
    this.#answers.length = last + 1;
    // Within a run there was evidence all the time, up to the reading that is said anew.
    if (last >= 0) this.#until[last] = Math.min(this.#until[last]!, at - 1);
  }

  /** Index of the last run that begins at or before a time; -1 when there is none. */
  #placeOf(at: number): number {
    let place = this.#from.length - 1;
    // What is asked for is nearly always the newest.
    while (place >= 0 && this.#from[place]! > at) place--;
    return place;
  }

  /** A time at or before the given one up to which something was said without a gap; -Infinity when there is none. */
  timeAt(at: number): number {
    const place = this.#placeOf(at);
    return place < 0 ? Number.NEGATIVE_INFINITY : Math.min(at, this.#until[place]!);
  }

  /** The answer at a time, by a reading that is evidence then; NaN when it is not known. */
  answerAt(at: number): number {
    const place = this.#placeOf(at);
    return place < 0 || at - this.#until[place]! > this.#maxGapMs ? Number.NaN : this.#answers[place]!;
  }

  /** Adds the readings at or after a time that say something else than was known just before them. */
  changesSince(from: number, times: Set<number>): void {
    for (let place = this.#from.length - 1; place >= 0 && this.#from[place]! >= from; place--) {
      const evident = place > 0 && this.#from[place]! - this.#until[place - 1]! <= this.#maxGapMs;
      const before = evident ? this.#answers[place - 1] : Number.NaN;
      if (!Object.is(this.#answers[place], before)) times.add(this.#from[place]!);
    }
  }

  /** What was said at a time and later, as a log of its own. */
  since(at: number): AnswerLog {
    const place = Math.max(this.#placeOf(at), 0);
    const [from, until, answers] = [this.#from, this.#until, this.#answers].map((all) => all.slice(place));
    return new AnswerLog(this.#maxGapMs, { from: from!, until: until!, answers: answers! });
  }

  /**
   * The first time at or after the given one at which this log says something else than another one, or has heard of the
   * device where the other has not for so long that it counts as gone; Infinity when there is none.
   */
  differsFrom(other: AnswerLog, at: number, goneMs: number): number {
    const same = (time: number) =>
      Object.is(this.answerAt(time), other.answerAt(time)) &&
      time - this.timeAt(time) > goneMs === time - other.timeAt(time) > goneMs;
    if (!same(at)) return at;
    const times = [...this.#turns(goneMs), ...other.#turns(goneMs)].filter((time) => time > at).sort((a, b) => a - b);
    return times.find((time) => !same(time)) ?? Number.POSITIVE_INFINITY;
  }

  /** The times at which what it says may become something else. */
  #turns(goneMs: number): number[] {
    const ends = this.#until.flatMap((time) => [time + this.#maxGapMs + 1, time + goneMs + 1]);
    return [...this.#from, ...ends];
  }

  /** Forgets what was said before a time, but for the run that was under way then; and the oldest of too many. */
  forgetBefore(at: number): void {
    const place = Math.max(this.#placeOf(at), this.#from.length - mostRuns);
    // In one go, now and then: this is called at every reading.
    if (place < 64) return;
    for (const all of [this.#from, this.#until, this.#answers]) all.splice(0, place);
  }

  state(): AnswerLogState {
    const answers = this.#answers.map((one) => (Number.isNaN(one) ? null : one));
    return { from: [...this.#from], until: [...this.#until], answers };
  }
}
