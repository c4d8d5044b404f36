import { fdatasync, ftruncate, write } from 'node:fs';

type Done = (error: NodeJS.ErrnoException | null) => void;

/**
 * The three operations that an append needs of a file, in callback form: they run in libuv's pool, off the event loop,
 * and cost no promise. A parameter of the writer, so that a test can hold or fail them.
 */
export interface Disk {
  write(
    fd: number,
    bytes: Uint8Array,
    from: number,
    length: number,
    position: number,
    done: (error: NodeJS.ErrnoException | null, written: number) => void,
  ): void;
  /** Returns once what was written is on the medium. */
  sync(fd: number, done: Done): void;
  truncate(fd: number, length: number, done: Done): void;
}

export const fileDisk: Disk = { write, sync: fdatasync, truncate: ftruncate };
