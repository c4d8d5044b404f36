import type { Entry, JournalReader, JournalWriter, StoredEntry } from '../../src/journal/port.ts';

export const never: AbortSignal = new AbortController().signal;

/** A frame, a tick or a refusal, each different from the one before. */
export function someEntry(index: number): Entry {
  if (index % 10 === 3) return { kind: 'tick', at: 1_772_323_200_000 + index };
  if (index % 20 === 7) {
    const word = { deviceId: `d${index}`, channel: 'level', damping: 0.5, normal: 'accept' } as const;
    return { kind: 'word', at: 1_772_323_200_000 + index, word };
  }
  const common = { via: index % 2 ? 'mqtt' : 'http', receivedAt: 1_772_323_200_000 + index + 0.5 } as const;
  const payload = Buffer.from(`{"level":${index}}`.padEnd(20 + (index % 7) * 30));
  if (index % 10 === 5) {
    const deviceId = index % 20 === 5 ? null : `device-${index}`;
    const reason = '太大：cut it down';
    const refusal = { ...common, deviceId, topic: '井盖/#', reason, size: 2 ** 33, payload };
    return { kind: 'refused', refusal: { ...refusal, code: 'PAYLOAD_TOO_LARGE' } };
  }
  const deviceId = `device-${index}`;
  return { kind: 'frame', frame: { ...common, deviceId, topic: `tocsin/v1/${deviceId}/up`, payload } };
}

/** Appends all at once; each promise resolves with its offset once it is durable. */
export function appendEach(writer: JournalWriter, entries: Entry[], urgent = false): Promise<number>[] {
  return entries.map(
    (entry) =>
      new Promise<number>((resolve, reject) =>
        writer.append(0, entry, (error, offset) => (error ? reject(error) : resolve(offset)), urgent),
      ),
  );
}

/** Appends all at once; resolves with their offsets once all are durable. */
export function appendAll(writer: JournalWriter, entries: Entry[], urgent = false): Promise<number[]> {
  return Promise.all(appendEach(writer, entries, urgent));
}

/** A frame of about a kilobyte. */
export function large(index: number): Entry {
  const frame = { deviceId: 'a', topic: 'tocsin/v1/a/up', via: 'mqtt', receivedAt: 1_772_323_200_000 + index } as const;
  return { kind: 'frame', frame: { ...frame, payload: Buffer.alloc(1000, 'x') } };
}

export function tickAt(at: number): Entry {
  return { kind: 'tick', at };
}

export async function readAll(reader: JournalReader, from: number, count: number): Promise<StoredEntry[]> {
  const all: StoredEntry[] = [];
  while (all.length < count) {
    const some = await reader.read(from + all.length, count - all.length, 0, never);
    if (some.length === 0) throw new Error(`nothing at ${from + all.length}`);
    all.push(...some);
  }
  return all;
}

/** An entry with its payload as text, for comparing whatever kind of bytes it is. */
export function plain(entry: Entry): unknown {
  if (entry.kind === 'tick' || entry.kind === 'rules' || entry.kind === 'word') return entry;
  const { payload, ...rest } = entry.kind === 'frame' ? entry.frame : entry.refusal;
  return { kind: entry.kind, ...rest, payload: Buffer.from(payload).toString() };
}
