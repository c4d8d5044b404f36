import { afterEach, describe, expect, test } from 'vitest';
import type { Entry, JournalReader, JournalWriter, StoredEntry } from '../../src/journal/port.ts';
import type { Clock } from '../../src/shared/clock.ts';
import type { TocsinError } from '../../src/shared/errors.ts';

export interface WriterOptions {
  /** Small enough that the suite goes through several segments. */
  segmentBytes: number;
  keepMs: number;
  clock: Clock;
}

/** One journal, empty at first, that can be opened again after it was closed. */
export interface JournalEngine {
  openWriter(options: WriterOptions): Promise<JournalWriter>;
  openReader(writer: JournalWriter, partition: number): Promise<JournalReader>;
  dispose(): Promise<void>;
}

const options: WriterOptions = { segmentBytes: 4096, keepMs: 0, clock: { now: () => Date.now() + 60_000 } };

/** What the port promises, whatever the engine. */
export function journalContract(name: string, createEngine: () => Promise<JournalEngine>): void {
  describe(`${name} keeps the contract of the journal`, () => {
    const open: { close(): Promise<void> }[] = [];
    const engines: JournalEngine[] = [];
    afterEach(async () => {
      for (const part of open.splice(0)) await part.close();
      for (const engine of engines.splice(0)) await engine.dispose();
    });
    const start = async () => {
      const engine = await createEngine();
      engines.push(engine);
      const writer = await engine.openWriter(options);
      const reader = await engine.openReader(writer, 0);
      open.push(reader);
      return { engine, writer, reader };
    };

    test('gives entries back as they were, each once, in the order of their offsets', async () => {
      const { writer, reader } = await start();
      open.push(writer);
      const entries = [...Array(200).keys()].map(someEntry);
      const offsets = await appendAll(writer, entries);
      expect(offsets).toEqual(entries.map((_, index) => index));
      const stored = await readAll(reader, 0, 200);
      expect(stored.map((one) => one.offset)).toEqual(offsets);
      expect(stored.map((one) => plain(one.entry))).toEqual(entries.map(plain));
    });

    test('reads from any offset, at most as many as asked for', async () => {
      const { writer, reader } = await start();
      open.push(writer);
      await appendAll(writer, [...Array(120).keys()].map(someEntry));
      for (const [offset, max] of [
        [77, 5],
        [0, 1],
        [119, 10],
        [3, 50],
      ] as const) {
        const stored = await reader.read(offset, max, 0, never);
        expect(stored.length).toBe(Math.min(max, 120 - offset));
        expect(stored[0]!.offset).toBe(offset);
        expect(plain(stored[0]!.entry)).toEqual(plain(someEntry(offset)));
      }
    });

    test('tells appenders in order, and only of what a reader can see', async () => {
      const { writer, reader } = await start();
      open.push(writer);
      const told: number[] = [];
      await Promise.all(
        [...Array(50).keys()].map(
          (index) =>
            new Promise<void>((resolve, reject) =>
              writer.append(0, someEntry(index), (error, offset) => {
                if (error) return reject(error);
                told.push(offset);
                expect(reader.end()).toBeGreaterThan(offset);
                resolve();
              }),
            ),
        ),
      );
      expect(told).toEqual([...told].sort((a, b) => a - b));
      expect(writer.end(0)).toBe(50);
      expect(reader.end()).toBe(50);
    });

    test('goes on with the next offset after a restart and keeps what there was', async () => {
      const { engine, writer } = await start();
      await appendAll(writer, [someEntry(0), someEntry(1), someEntry(2)]);
      await writer.close();
      const again = await engine.openWriter(options);
      open.push(again);
      expect(again.end(0)).toBe(3);
      expect(await appendAll(again, [someEntry(3)])).toEqual([3]);
      const reader = await engine.openReader(again, 0);
      open.push(reader);
      expect((await readAll(reader, 0, 4)).map((one) => plain(one.entry))).toEqual(
        [0, 1, 2, 3].map(someEntry).map(plain),
      );
    });

    test('wakes a reader that waits for the next entry', async () => {
      const { writer, reader } = await start();
      open.push(writer);
      const waiting = reader.read(0, 10, 20_000, never);
      await appendAll(writer, [someEntry(7)]);
      expect((await waiting).map((one) => plain(one.entry))).toEqual([plain(someEntry(7))]);
    });

    test('lets a waiting reader go with nothing on abort and after its time', async () => {
      const { writer, reader } = await start();
      open.push(writer);
      const abort = new AbortController();
      const waiting = reader.read(0, 10, 60_000, abort.signal);
      abort.abort();
      expect(await waiting).toEqual([]);
      expect(await reader.read(0, 10, 5, never)).toEqual([]);
    });

    test('trims what lies before an offset, and says so to a reader that asks for it', async () => {
      const { writer, reader } = await start();
      open.push(writer);
      for (let index = 0; index < 100; index++) await appendAll(writer, [someEntry(index)]);
      expect(await writer.trim(0, 60)).toBeGreaterThan(0);
      const first = reader.start();
      expect(first).toBeGreaterThan(0);
      expect(first).toBeLessThanOrEqual(60);
      await expect(reader.read(first - 1, 1, 0, never)).rejects.toMatchObject({
        code: 'JOURNAL_TRIMMED',
      } satisfies Partial<TocsinError>);
      const stored = await readAll(reader, first, 100 - first);
      expect(plain(stored[0]!.entry)).toEqual(plain(someEntry(first)));
      expect(plain(stored.at(-1)!.entry)).toEqual(plain(someEntry(99)));
    });

    test('trims nothing that is younger than the retention, and never the end', async () => {
      const { engine, writer } = await start();
      for (let index = 0; index < 100; index++) await appendAll(writer, [someEntry(index)]);
      await writer.close();
      const keeping = await engine.openWriter({ ...options, keepMs: 3_600_000 });
      expect(await keeping.trim(0, 100)).toBe(0);
      await keeping.close();
      const again = await engine.openWriter(options);
      open.push(again);
      await again.trim(0, 100);
      const reader = await engine.openReader(again, 0);
      open.push(reader);
      expect(reader.end()).toBe(100);
      expect(reader.start()).toBeLessThan(100);
      expect(await appendAll(again, [someEntry(100)])).toEqual([100]);
    });

    test('refuses an offset that it has never given', async () => {
      const { writer, reader } = await start();
      open.push(writer);
      await expect(reader.read(1, 1, 0, never)).rejects.toMatchObject({ code: 'JOURNAL_BEHIND' });
    });
  });
}

export const never: AbortSignal = new AbortController().signal;

/** A frame, a tick or a refusal, each different from the one before. */
export function someEntry(index: number): Entry {
  if (index % 10 === 3) return { kind: 'tick', at: 1_772_323_200_000 + index };
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

/** Appends all at once; resolves with their offsets once all are durable. */
export function appendAll(writer: JournalWriter, entries: Entry[]): Promise<number[]> {
  return Promise.all(
    entries.map(
      (entry) =>
        new Promise<number>((resolve, reject) =>
          writer.append(0, entry, (error, offset) => (error ? reject(error) : resolve(offset))),
        ),
    ),
  );
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
  if (entry.kind === 'tick') return entry;
  const { payload, ...rest } = entry.kind === 'frame' ? entry.frame : entry.refusal;
  return { kind: entry.kind, ...rest, payload: Buffer.from(payload).toString() };
}
