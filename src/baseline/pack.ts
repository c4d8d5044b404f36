/** Most series of a year take less. */
const usualBytes = 4096;
const one = new Float64Array(1);
const bytesOfOne = new Uint8Array(one.buffer);
const bytesFor = (nibbles: Uint8Array) => Math.ceil(nibbles.length / 2);

/** Writes numbers one after the other into base64, for checkpoints: a third of what JSON takes for them. */
export class PackWriter {
  #bytes = Buffer.allocUnsafe(usualBytes);
  #length = 0;

  #add(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(2 * length);
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length = length;
  }

  number(...values: number[]): void {
    for (const value of values) {
      one[0] = value;
      this.#add(bytesOfOne);
    }
  }

  floats({ buffer, byteOffset, byteLength }: Float32Array): void {
    this.#add(new Uint8Array(buffer, byteOffset, byteLength));
  }

  shorts({ buffer, byteOffset, byteLength }: Uint16Array): void {
    this.#add(new Uint8Array(buffer, byteOffset, byteLength));
  }

  /** Numbers below 16, half a byte each. */
  nibbles(values: Uint8Array): void {
    this.#add(
      Uint8Array.from({ length: bytesFor(values) }, (_, i) => values[2 * i]! | ((values[2 * i + 1] ?? 0) << 4)),
    );
  }

  text(): string {
    return this.#bytes.toString('base64', 0, this.#length);
  }
}

/** Reads what a `PackWriter` wrote, in the same order. */
export class PackReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(text: string) {
    this.#bytes = new Uint8Array(Buffer.from(text, 'base64'));
  }

  #fill(view: Float64Array | Float32Array | Uint16Array | Uint8Array): void {
    const part = this.#bytes.subarray(this.#at, this.#at + view.byteLength);
    if (part.length < view.byteLength) throw new RangeError('The packed state is too short.');
    new Uint8Array(view.buffer, view.byteOffset, view.byteLength).set(part);
    this.#at += view.byteLength;
  }

  number(): number {
    const value = new Float64Array(1);
    this.#fill(value);
    return value[0]!;
  }

  floats(into: Float32Array): void {
    this.#fill(into);
  }

  shorts(into: Uint16Array): void {
    this.#fill(into);
  }

  nibbles(into: Uint8Array): void {
    const bytes = new Uint8Array(bytesFor(into));
    this.#fill(bytes);
    for (const i of into.keys()) into[i] = (bytes[i >> 1]! >> (4 * (i % 2))) & 0xf;
  }

  /** Whether everything has been read. */
  get done(): boolean {
    return this.#at === this.#bytes.length;
  }
}
