import type { FileHandle } from 'node:fs/promises';

/** Looking at one place takes a small read, going through a file large ones. */
const SMALLEST_BLOCK = 32 * 1024;
const LARGEST_BLOCK = 1024 * 1024;

/** A piece of a file in memory that moves along with whoever reads it. */
export class Window {
  readonly #file: FileHandle;
  #block = Buffer.alloc(0);
  /** Where `#block` begins in the file. */
  #from = 0;
  #blockSize = SMALLEST_BLOCK;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** The bytes from `position` on: at least `length` of them, unless the file ends before. A view that stays as it is. */
  async at(position: number, length: number): Promise<Buffer> {
    const from = position - this.#from;
    if (from < 0 || from + length > this.#block.length) await this.#fill(position, length);
    return this.#block.subarray(position - this.#from);
  }

  async #fill(position: number, length: number): Promise<void> {
    const size = Math.max(length, this.#blockSize);
    this.#blockSize = Math.min(2 * this.#blockSize, LARGEST_BLOCK);
    // A new one each time: earlier views may still be in use.
    const block = Buffer.allocUnsafeSlow(size);
    const { bytesRead } = await this.#file.read(block, 0, size, position);
    this.#from = position;
    this.#block = block.subarray(0, bytesRead);
  }
}
