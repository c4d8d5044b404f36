import type { Duplex } from 'node:stream';
import { TocsinError } from '../shared/errors.ts';
import type { Appended, JournalAppender } from './port.ts';
import { type Answer, decodeRequest, encodeAnswer, following, MessageReader } from './remote-format.ts';

/**
 * Bytes of one remote writer that wait to become durable; beyond it no more is read from it until half is done. More than
 * the journal lets wait for space (see `space.ts`), so that what is urgent never stands behind what waits for that.
 */
const PENDING_BYTES = 8 * 1024 * 1024;

/**
 * Appends to the journal what the RemoteWriter at the other end of the stream sends, and answers when it is durable.
 * A stream that breaks, or brings what is no entry, is closed; what had come until then is appended all the same.
 */
export function serveRemoteWriter(stream: Duplex, journal: JournalAppender): void {
  const reader = new MessageReader();
  let pending = 0;
  let answers: Buffer[] = [];
  let durable: Answer | null = null;

  stream.on('error', () => stream.destroy());
  stream.on('data', (chunk: Buffer) => {
    try {
      for (const message of reader.take(chunk)) append(message);
    } catch (error) {
      stream.destroy(error as Error);
    }
    if (pending > PENDING_BYTES) stream.pause();
  });

  function append(message: Buffer): void {
    const { id, partition, entry, urgent } = decodeRequest(message);
    pending += message.length;
    const done: Appended = (error, offset) => {
      pending -= message.length;
      if (pending < PENDING_BYTES / 2 && stream.isPaused()) stream.resume();
      answer(id, error, offset);
    };
    journal.append(partition, entry, done, urgent);
  }

  /** What becomes durable together is answered together. */
  function answer(id: number, error: Error | null, offset: number): void {
    if (answers.length === 0 && durable === null) queueMicrotask(send);
    if (error === null && durable?.error === null) {
      const { count } = durable;
      if (following(durable.id, count) === id && durable.offset + count === offset) {
        durable.count++;
        return;
      }
    }
    if (durable !== null) answers.push(encodeAnswer(durable));
    durable = null;
    if (error === null) durable = { id, count: 1, offset, error };
    else answers.push(encodeAnswer({ id, count: 1, offset: -1, error: textOf(error) }));
  }

  function send(): void {
    if (durable !== null) answers.push(encodeAnswer(durable));
    const bytes = Buffer.concat(answers);
    answers = [];
    durable = null;
    if (stream.writable) stream.write(bytes);
  }
}

function textOf(error: Error): { code: string | null; message: string } {
  return { code: error instanceof TocsinError ? error.code : null, message: error.message };
}
