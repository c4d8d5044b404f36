import { randomBytes } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MARK_BYTES, readMark } from './mark.ts';
import { segmentPath, syncDir } from './segments.ts';

/** As many as a number holds exactly. */
const SALT_BYTES = 6;

/**
 * The partition's salt, which tells its marks from a payload that looks like one. Kept in a file of its own; when that
 * is lost, the newest segment that begins with a mark knows it too.
 */
export async function readSalt(dir: string, bases: readonly number[]): Promise<number> {
  const path = join(dir, 'salt');
  const text = await readFile(path, 'utf8').catch(() => '');
  if (/^\d+\n$/.test(text)) return Number(text);
  let salt = randomBytes(SALT_BYTES).readUIntLE(0, SALT_BYTES);
  for (const base of [...bases].reverse()) {
    const mark = await firstMark(segmentPath(dir, base));
    if (mark === null || !Number.isSafeInteger(mark.salt)) continue;
    salt = mark.salt;
    break;
  }
  const file = await open(path, 'w');
  try {
    await file.writeFile(`${salt}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await syncDir(dir);
  return salt;
}

async function firstMark(path: string) {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MARK_BYTES), 0, MARK_BYTES, 0);
    return readMark(buffer.subarray(0, bytesRead), 0);
  } finally {
    await file.close();
  }
}
