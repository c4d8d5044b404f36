import type { FileHandle } from 'node:fs/promises';
import type { SampleRows } from './sample-rows.ts';

const readRows = 8_192;

/** Rows in order, in memory or in a file, read from first to last. */
export interface SortedRun {
  /** The numbers that the row at hand stands in, and where. */
  row: Float64Array;
  at: number;
  /** Goes on to the next row. @returns false at the end. */
  next(): boolean | Promise<boolean>;
}

/** Rows of a piece of memory in the order of their indexes. */
export class MemoryRun implements SortedRun {
  readonly row: Float64Array;
  at = 0;
  readonly #order: Uint32Array;
  readonly #width: number;
  #position = -1;

  constructor(row: Float64Array, order: Uint32Array, width: number) {
    this.row = row;
    this.#order = order;
    this.#width = width;
  }

  next(): boolean {
    this.#position++;
    if (this.#position >= this.#order.length) return false;
    this.at = this.#order[this.#position]! * this.#width;
    return true;
  }
}

/** Rows in order, written one after the other into a file from a place on. */
export class FileRun implements SortedRun {
  readonly row: Float64Array;
  at = 0;
  readonly #file: FileHandle;
  readonly #width: number;
  #position: number;
  readonly #end: number;
  #held = 0;

  /** @param start, end in bytes. */
  constructor(file: FileHandle, rows: SampleRows, start: number, end: number) {
    this.#file = file;
    this.#width = rows.width;
    this.#position = start;
    this.#end = end;
    this.row = new Float64Array(readRows * rows.width);
  }

  next(): boolean | Promise<boolean> {
    if (this.#held === 0) return this.#fill();
    this.#held--;
    if (this.#held === 0) return this.#fill();
    this.at += this.#width;
    return true;
  }

  async #fill(): Promise<boolean> {
    const length = Math.min(this.row.byteLength, this.#end - this.#position);
    if (length === 0) return false;
    const bytes = new Uint8Array(this.row.buffer, 0, length);
    for (let done = 0; done < length; ) {
      const { bytesRead } = await this.#file.read(bytes, done, length - done, this.#position + done);
      if (bytesRead === 0) throw new Error('a file for sorting ended too early');
      done += bytesRead;
    }
    this.#position += length;
    this.#held = length / 8 / this.#width;
    this.at = 0;
    return true;
  }
}
