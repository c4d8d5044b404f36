import { constants, fdatasync, ftruncate, write } from 'node:fs';

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
  /** Returns once what was written to a segment is on the medium. */
  sync(fd: number, done: Done): void;
  truncate(fd: number, length: number, done: Done): void;
}

/**
 * On Linux a segment is opened so that a write comes back once its bytes are on the medium, as `fdatasync` after it would:
 * one call to the pool instead of two, and each of them wakes a thread and is waited for. Elsewhere the flag promises
 * less than `fdatasync` does, or there is none.
 */
const writesAreDurable = process.platform === 'linux';

/** Flags with which a segment is opened: as it is, or new and empty. */
export const segmentFlags = constants.O_RDWR | (writesAreDurable ? constants.O_DSYNC : 0);
export const newSegmentFlags = segmentFlags | constants.O_CREAT | constants.O_TRUNC;

export const fileDisk: Disk = {
  write,
  sync: writesAreDurable ? (_fd, done) => done(null) : fdatasync,
  truncate: ftruncate,
};
