import type { PackReader, PackWriter } from './pack.ts';

/** A mean that forgets with time, however often readings come. */
export class MovingMean {
  readonly #memoryMs: number;
  #value = Number.NaN;

  constructor(memoryMs: number) {
    this.#memoryMs = memoryMs;
  }

  /** NaN before the first value. */
  get mean(): number {
    return this.#value;
  }

  /** The mean with one more value; the mean itself stays as it is. @param lasted for how long it speaks, milliseconds. */
  with(value: number, lasted: number): number {
    if (Number.isNaN(this.#value)) return value;
    if (Number.isNaN(value)) return this.#value;
    return this.#value + Math.min(1, lasted / this.#memoryMs) * (value - this.#value);
  }

  /** @param mean what `with` said. */
  become(mean: number): void {
    this.#value = mean;
  }

  move(by: number): void {
    this.#value += by;
  }

  write(pack: PackWriter): void {
    pack.number(this.#value);
  }

  read(pack: PackReader): void {
    this.#value = pack.number();
  }
}
