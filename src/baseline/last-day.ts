import type { PackReader, PackWriter } from './pack.ts';

const hourMs = 3_600_000;

/** What a series was the last time that it was this hour of the day: the mean of each hour, once it is over. */
export class LastDay {
  readonly #means = new Float32Array(24).fill(Number.NaN);
  /** The hour under way, counted since the epoch, the sum of its values and their number. */
  #hour = Number.NaN;
  #sum = 0;
  #count = 0;

  /** NaN where that hour has not been seen. */
  at(time: number): number {
    return this.#means[hourOfDay(Math.floor(time / hourMs))]!;
  }

  learn(time: number, value: number): void {
    const hour = Math.floor(time / hourMs);
    if (hour !== this.#hour) {
      if (this.#count > 0) this.#means[hourOfDay(this.#hour)] = this.#sum / this.#count;
      this.#hour = hour;
      this.#sum = 0;
      this.#count = 0;
    }
    this.#sum += value;
    this.#count++;
  }

  write(pack: PackWriter): void {
    pack.number(this.#hour, this.#sum, this.#count);
    pack.floats(this.#means);
  }

  read(pack: PackReader): void {
    this.#hour = pack.number();
    this.#sum = pack.number();
    this.#count = pack.number();
    pack.floats(this.#means);
  }
}

function hourOfDay(hour: number): number {
  return hour - 24 * Math.floor(hour / 24);
}
