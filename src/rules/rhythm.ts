/**
 * Until a device has come often enough to have a rhythm, it is not silent before this: some report every six hours.
 * Default of this project.
 */
export const untoldMs = 7 * 3_600_000;
/** So many distances between reports are looked at. */
const most = 8;
/** So many must be known before they say anything. */
const enough = 3;

/**
 * How often a device usually reports, learnt from the last distances between its reports: the second longest of them, so
 * that one outage is not taken for the rhythm, nor a burst of fast reports.
 */
export class Rhythm {
  #distances: number[] = [];
  #usualMs: number | null = null;

  /** @param distanceMs since the report before; several that came at one time are one report. */
  take(distanceMs: number): void {
    if (!(distanceMs > 0)) return;
    this.#distances.push(distanceMs);
    if (this.#distances.length > most) this.#distances.shift();
    this.#learn();
  }

  #learn(): void {
    const distances = this.#distances;
    this.#usualMs = distances.length < enough ? null : [...distances].sort((a, b) => b - a)[1]!;
  }

  /** The usual distance between two reports, milliseconds; null while it is not known. */
  get usualMs(): number | null {
    return this.#usualMs;
  }

  state(): number[] {
    return [...this.#distances];
  }

  restore(distances: readonly number[]): void {
    this.#distances = distances.slice(-most);
    this.#learn();
  }
}
