import { open } from 'node:fs/promises';
import { bodyTime } from './codec.ts';
import { isMark, MARK_BYTES } from './mark.ts';
import { bodyLength, HEADER_BYTES, openRecord } from './record.ts';
import { Window } from './window.ts';

/** When the oldest entry of these segments came in, milliseconds since the epoch; null when none of them tells. */
export async function oldestTime(paths: readonly string[]): Promise<number | null> {
  const times = await Promise.all(paths.map(firstTime));
  const known = times.filter((time) => time !== null);
  return known.length > 0 ? Math.min(...known) : null;
}

async function firstTime(path: string): Promise<number | null> {
  const file = await open(path, 'r');
  try {
    const window = new Window(file);
    const head = await window.at(0, HEADER_BYTES);
    if (head.length < HEADER_BYTES) return null;
    const position = isMark(head, 0) ? MARK_BYTES : 0;
    const header = await window.at(position, HEADER_BYTES);
    const length = header.length < HEADER_BYTES ? null : bodyLength(header, 0);
    if (length === null) return null;
    const record = await window.at(position, HEADER_BYTES + length);
    const body = record.length < HEADER_BYTES + length ? null : openRecord(record, 0, length);
    return body === null ? null : bodyTime(body);
  } finally {
    await file.close();
  }
}
