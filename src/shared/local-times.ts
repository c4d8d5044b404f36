/** Writes moments in one zone, with its offset: `2021-07-20 16:00:00 +08:00`. */
export class LocalTimes {
  readonly #zone: number | string;
  readonly #format: Intl.DateTimeFormat | null;

  /** @param zone offset from UTC in milliseconds, or an IANA name. */
  constructor(zone: number | string) {
    this.#zone = zone;
    this.#format =
      typeof zone === 'number'
        ? null
        : new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset', hour: 'numeric' });
  }

  write(at: number): string {
    const offset = this.#offsetAt(at);
    const local = new Date(at + offset).toISOString();
    const text = `${local.slice(0, 10)} ${local.slice(11, 19)}`;
    const minutes = Math.abs(offset) / 60_000;
    const two = (number: number) => String(Math.floor(number)).padStart(2, '0');
    return `${text} ${offset < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
  }

  #offsetAt(at: number): number {
    if (typeof this.#zone === 'number') return this.#zone;
    const name = this.#format!.formatToParts(at).find(({ type }) => type === 'timeZoneName')!.value;
    const match = /^GMT([+-])(\d{2}):(\d{2})$/.exec(name);
    if (!match) return 0;
    return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3])) * 60_000;
  }
}
