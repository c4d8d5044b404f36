/** Bytes that are written one after another into memory that grows. */
export class ByteWriter {
  #buffer = Buffer.allocUnsafe(512);
  #length = 0;

  byte(value: number): void {
    this.#room(1)[this.#length++] = value;
  }

  double(value: number): void {
    this.#room(8).writeDoubleLE(value, this.#length);
    this.#length += 8;
  }

  /** A whole number from 0 to 2^53 - 1, seven bits a byte, lowest first. */
  count(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.byte((rest % 128) | 128);
      rest = Math.floor(rest / 128);
    }
    this.byte(rest);
  }

  /** Takes `size` bytes at the end for the caller to fill. */
  take(size: number): Buffer {
    const taken = this.#room(size).subarray(this.#length, this.#length + size);
    this.#length += size;
    return taken;
  }

  /** What was written; shares the writer's memory. */
  written(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  #room(size: number): Buffer {
    if (this.#length + size > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + size));
      this.#buffer.copy(larger, 0, 0, this.#length);
      this.#buffer = larger;
    }
    return this.#buffer;
  }
}

/** Reads what a ByteWriter wrote. Beyond the end it throws a RangeError. */
export class ByteReader {
  readonly #buffer: Buffer;
  #position: number;

  constructor(buffer: Buffer, position = 0) {
    this.#buffer = buffer;
    this.#position = position;
  }

  byte(): number {
    const value = this.#buffer.readUInt8(this.#position);
    this.#position += 1;
    return value;
  }

  double(): number {
    const value = this.#buffer.readDoubleLE(this.#position);
    this.#position += 8;
    return value;
  }

  count(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }

  take(size: number): Buffer {
    const end = this.#position + size;
    if (end > this.#buffer.length) throw new RangeError(`${size} bytes are wanted, and there are fewer`);
    const taken = this.#buffer.subarray(this.#position, end);
    this.#position = end;
    return taken;
  }
}
