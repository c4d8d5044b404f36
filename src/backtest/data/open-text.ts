import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { TocsinError } from '../../shared/errors.ts';

/** Enough of a file to tell its encoding. */
const headBytes = 65_536;

/**
 * The text of a file, piece by piece. A gzipped one is unpacked; UTF-8 and UTF-16 are told apart by their first bytes,
 * and what is no UTF-8 is read as GB 18030, in which spreadsheets of Chinese machines write.
 * @throws TocsinError DATA_UNREADABLE when the file cannot be read or unpacked.
 */
export async function* openText(file: string): AsyncGenerator<string> {
  let decoder: InstanceType<typeof TextDecoder> | null = null;
  try {
    for await (const bytes of await bytesOf(file)) {
      decoder ??= new TextDecoder(encodingOf(bytes.subarray(0, headBytes)));
      yield decoder.decode(bytes, { stream: true });
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new TocsinError('DATA_UNREADABLE', `${file} cannot be read: ${why}.`, { file });
  }
  yield decoder?.decode() ?? '';
}

async function bytesOf(file: string): Promise<AsyncIterable<Buffer>> {
  const handle = await open(file);
  const magic = Buffer.alloc(2);
  await handle.read(magic, 0, 2, 0);
  const raw = handle.createReadStream({ start: 0, highWaterMark: 262_144 });
  return magic[0] === 0x1f && magic[1] === 0x8b ? unpacked(raw) : raw;
}

function unpacked(raw: Readable): Readable {
  const unzip = createGunzip({ chunkSize: 262_144 });
  raw.on('error', (error) => unzip.destroy(error));
  return raw.pipe(unzip);
}

function encodingOf(head: Buffer): string {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  try {
    // A character that the end of the head cuts in two is no mistake.
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return 'utf-8';
  } catch {
    return 'gb18030';
  }
}
