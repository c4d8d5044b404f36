import type { Duplex } from 'node:stream';
import { type ErrorCode, errorCodes, TocsinError } from '../shared/errors.ts';
import type { Appended, JournalAppender } from './port.ts';
import { type Answer, decodeAnswer, encodeRequest, following, MessageReader } from './remote-format.ts';

/** Bytes that may wait for the other process to read them; beyond it whoever appends is told at once. */
const WAITING_BYTES = 16 * 1024 * 1024;

/**
 * Appends to a journal that another process has, over a stream to its `serveRemoteWriter`. An entry is durable there
 * before `done` is called here. When the stream ends nothing is ever answered again: end the process then, so that
 * nobody waits for an acknowledgement that cannot come.
 */
export class RemoteWriter implements JournalAppender {
  readonly partitions: number;
  readonly #stream: Duplex;
  readonly #waiting = new Map<number, Appended>();
  #gathered: Buffer[] = [];
  #gatheredBytes = 0;
  #next = 0;

  constructor(stream: Duplex, partitions: number) {
    this.partitions = partitions;
    this.#stream = stream;
    const reader = new MessageReader();
    stream.on('data', (chunk: Buffer) => {
      for (const message of reader.take(chunk)) this.#answered(decodeAnswer(message));
    });
  }

  append(partition: number, entry: Parameters<JournalAppender['append']>[1], done: Appended, urgent = false): void {
    if (this.#stream.writableLength + this.#gatheredBytes > WAITING_BYTES) {
      const text = 'More is waiting for the disk than the journal may hold; send the message again later.';
      done(new TocsinError('JOURNAL_UNAVAILABLE', text), -1);
      return;
    }
    let request: Buffer;
    try {
      request = encodeRequest({ id: this.#next, partition, entry, urgent });
    } catch (cause) {
      done(new TypeError('not an entry that the journal can hold', { cause }), -1);
      return;
    }
    this.#waiting.set(this.#next, done);
    this.#next = following(this.#next);
    // What the sockets bring in the same turn of the event loop goes in one write.
    if (this.#gathered.length === 0) setImmediate(this.#send);
    this.#gathered.push(request);
    this.#gatheredBytes += request.length;
  }

  #send = (): void => {
    const bytes = this.#gathered.length === 1 ? this.#gathered[0]! : Buffer.concat(this.#gathered, this.#gatheredBytes);
    this.#gathered = [];
    this.#gatheredBytes = 0;
    this.#stream.write(bytes);
  };

  #answered(answer: Answer): void {
    const error = answer.error && errorOf(answer.error);
    for (let index = 0; index < answer.count; index++) {
      const id = following(answer.id, index);
      const done = this.#waiting.get(id);
      this.#waiting.delete(id);
      done?.(error, error === null ? answer.offset + index : -1);
    }
  }
}

function errorOf({ code, message }: { code: string | null; message: string }): Error {
  const known = code !== null && Object.hasOwn(errorCodes, code);
  return known ? new TocsinError(code as ErrorCode, message) : new Error(message);
}
