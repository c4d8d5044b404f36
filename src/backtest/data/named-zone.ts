import { LocalTime } from '../../rules/site/local-time.ts';

const dayMs = 86_400_000;
/** Clocks that are set back repeat this much at most. */
const repeatedMs = 3 * 3_600_000;

/** Local times of a zone that has summer time, told by its IANA name, as moments. */
export class NamedZone {
  readonly #local: LocalTime;
  /** The day of local time that was asked for last, and the offsets before and after it. */
  #day = Number.NaN;
  #offsets: readonly number[] = [];
  #last = Number.NaN;

  /** @throws RangeError when there is no such zone. */
  constructor(name: string) {
    this.#local = new LocalTime(name);
  }

  /**
   * The moment at which clocks there show a time. When clocks are set back an hour of it comes twice: the first is meant
   * until times go back by what was asked for before, as they do in a file that is in order.
   * @param shown what the clock shows, as milliseconds since the epoch if it were UTC
   * @returns milliseconds since the epoch; null for a time that clocks leave out when they are set forward.
   */
  momentOf(shown: number): number | null {
    const day = Math.floor(shown / dayMs);
    if (day !== this.#day) {
      this.#day = day;
      const around = [(day - 1) * dayMs, (day + 2) * dayMs].map((at) => this.#local.offsetMs(at));
      this.#offsets = [...new Set(around)].sort((a, b) => b - a);
    }
    const offsets = this.#offsets.filter((offset) => this.#fits(shown, offset));
    const [first, second] = offsets.map((offset) => shown - offset);
    if (first === undefined) return null;
    const goesBack = second !== undefined && first < this.#last && this.#last - first <= repeatedMs;
    this.#last = goesBack ? second : first;
    return this.#last;
  }

  #fits(shown: number, offset: number): boolean {
    return this.#offsets.length === 1 || this.#local.offsetMs(shown - offset) === offset;
  }
}
