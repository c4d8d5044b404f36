/** Zones change their offset at full quarters of an hour only. */
const quarterMs = 900_000;

/** Local time in one zone. The last quarter of an hour is remembered: rules ask again and again about the same one. */
export class LocalTime {
  readonly #format: Intl.DateTimeFormat;
  #quarter = Number.NaN;
  #offsetMs = 0;

  /** @param timeZone IANA name, for example `Asia/Shanghai`. */
  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    });
  }

  /** What must be added to a moment to get its local time, milliseconds. */
  offsetMs(at: number): number {
    const quarter = Math.floor(at / quarterMs);
    if (quarter !== this.#quarter) {
      this.#quarter = quarter;
      this.#offsetMs = this.#offsetAt(quarter * quarterMs);
    }
    return this.#offsetMs;
  }

  #offsetAt(at: number): number {
    const parts: Record<string, number> = {};
    for (const { type, value } of this.#format.formatToParts(at)) parts[type] = Number(value);
    const { year, month, day, hour, minute } = parts;
    return Date.UTC(year!, month! - 1, day!, hour!, minute!) - at;
  }
}
