/** Writes numbers one after the other into base64, for checkpoints: a third of what JSON takes for them. */
export class PackWriter {
  readonly #parts: Uint8Array[] = [];

  #bytes(view: Float64Array | Float32Array | Uint16Array): void {
    this.#parts.push(new Uint8Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength)));
  }

  number(...values: number[]): void {
    this.#bytes(Float64Array.from(values));
  }

  floats(values: Float32Array): void {
    this.#bytes(values);
  }

  shorts(values: Uint16Array): void {
    this.#bytes(values);
  }

  text(): string {
    return Buffer.concat(this.#parts).toString('base64');
  }
}

/** Reads what a `PackWriter` wrote, in the same order. */
export class PackReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(text: string) {
    this.#bytes = new Uint8Array(Buffer.from(text, 'base64'));
  }

  #fill(view: Float64Array | Float32Array | Uint16Array): void {
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

  /** Whether everything has been read. */
  get done(): boolean {
    return this.#at === this.#bytes.length;
  }
}
