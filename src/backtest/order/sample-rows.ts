import type { Sample } from '../../model/sample.ts';

/** Columns before those of the channels: received, measured, number of the device, number of values. */
const head = 3;

/** Samples as rows of numbers, which take a tenth of the room of objects and can be written to a file as they are. */
export class SampleRows {
  /** Numbers in a row. */
  readonly width: number;
  readonly #channels: readonly string[];
  readonly #devices: string[] = [];
  readonly #numbers = new Map<string, number>();

  constructor(channels: readonly string[]) {
    this.#channels = channels;
    this.width = head + channels.length;
  }

  write(sample: Sample, into: Float64Array, at: number): void {
    into[at] = sample.receivedAt;
    into[at + 1] = sample.measuredAt;
    into[at + 2] = this.#numberOf(sample.deviceId);
    for (let i = 0; i < this.#channels.length; i++)
      into[at + head + i] = sample.values[this.#channels[i]!] ?? Number.NaN;
  }

  read(from: Float64Array, at: number): Sample {
    const values: Record<string, number> = {};
    for (let i = 0; i < this.#channels.length; i++) {
      const value = from[at + head + i]!;
      if (!Number.isNaN(value)) values[this.#channels[i]!] = value;
    }
    return { deviceId: this.#devices[from[at + 2]!]!, measuredAt: from[at + 1]!, receivedAt: from[at]!, values };
  }

  /**
   * Which of two rows comes first: by received, then measured time, then device, then values, so that the order of
   * rows does not depend on where they stood.
   */
  compare(a: Float64Array, i: number, b: Float64Array, j: number): number {
    const byTime = a[i]! - b[j]! || a[i + 1]! - b[j + 1]!;
    if (byTime !== 0) return byTime;
    if (a[i + 2] !== b[j + 2]) return this.#devices[a[i + 2]!]! < this.#devices[b[j + 2]!]! ? -1 : 1;
    for (let k = head; k < this.width; k++) {
      const [x, y] = [a[i + k]!, b[j + k]!];
      if (x === y || (Number.isNaN(x) && Number.isNaN(y))) continue;
      if (Number.isNaN(x)) return 1;
      if (Number.isNaN(y)) return -1;
      return x - y;
    }
    return 0;
  }

  #numberOf(device: string): number {
    const known = this.#numbers.get(device);
    if (known !== undefined) return known;
    this.#numbers.set(device, this.#devices.length);
    return this.#devices.push(device) - 1;
  }
}
