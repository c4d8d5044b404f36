import { afterEach, describe, expect, test } from 'vitest';
import type { Entry, JournalReader, JournalWriter } from '../../src/journal/port.ts';
import type { Clock } from '../../src/shared/clock.ts';
import type { TocsinError } from '../../src/shared/errors.ts';
import { appendAll, appendEach, large, never, plain, readAll, someEntry, tickAt } from './entries.ts';

export interface WriterOptions {
  /** Small enough that the suite goes through several segments. */
  segmentBytes: number;
  keepMs: number;
  maxBytes: number;
  consumers: readonly string[];
  /** How long an entry waits for space before whoever appended it is told. */
  patienceMs: number;
  clock: Clock;
}

/** One journal, empty at first, that can be opened again after it was closed. */
export interface JournalEngine {
  openWriter(options: WriterOptions): Promise<JournalWriter>;
  openReader(writer: JournalWriter, partition: number): Promise<JournalReader>;
  dispose(): Promise<void>;
}

const options: WriterOptions = {
  segmentBytes: 4096,
  keepMs: 0,
  maxBytes: 1e9,
  consumers: ['engine', 'telemetry'],
  patienceMs: 60_000,
  clock: { now: () => Date.now() + 60_000 },
};

/** What the port promises, whatever the engine. */
export function journalContract(name: string, createEngine: () => Promise<JournalEngine>): void {
  describe(`${name} keeps the contract of the journal`, () => {
    const open: { close(): Promise<void> }[] = [];
    const engines: JournalEngine[] = [];
    afterEach(async () => {
      for (const part of open.splice(0)) await part.close();
      for (const engine of engines.splice(0)) await engine.dispose();
    });
    const start = async (special: Partial<WriterOptions> = {}) => {
      const engine = await createEngine();
      engines.push(engine);
      const writer = await engine.openWriter({ ...options, ...special });
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

    test('gives fewer entries at once where they are large, so that a batch of them fits into memory', async () => {
      const { writer, reader } = await start({ segmentBytes: 1e9 });
      open.push(writer);
      const large = (bytes: number): Entry => ({
        kind: 'frame',
        frame: { deviceId: 'd', topic: 't', via: 'mqtt', receivedAt: 1, payload: Buffer.alloc(bytes, 'x') },
      });
      await appendAll(writer, [...Array.from({ length: 300 }, () => large(65_536)), large(12_000_000), large(10)]);
      const sizes: number[] = [];
      let offset = 0;
      while (offset < 302) {
        const stored = await reader.read(offset, 2000, 0, never);
        expect(stored[0]!.offset).toBe(offset);
        sizes.push(stored.length);
        offset += stored.length;
      }
      expect(offset).toBe(302);
      expect(Math.max(...sizes)).toBeLessThan(200);
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

    test('numbers what several appenders bring at the same time without a gap, each in the order it came', async () => {
      const { writer, reader } = await start();
      open.push(writer);
      const appenders = [0, 1, 2, 3].map(async (appender) => {
        const offsets: number[] = [];
        for (let index = 0; index < 40; index++) {
          const entry: Entry = { kind: 'tick', at: appender * 1000 + index };
          offsets.push(...(await appendAll(writer, [entry])));
        }
        return offsets;
      });
      const offsets = await Promise.all(appenders);
      expect(offsets.flat().sort((a, b) => a - b)).toEqual([...Array(160).keys()]);
      const stored = await readAll(reader, 0, 160);
      for (const [appender, own] of offsets.entries()) {
        expect(own.map((offset) => stored[offset]!.entry)).toEqual(
          own.map((_, index) => ({ kind: 'tick', at: appender * 1000 + index })),
        );
      }
    });

    test('lets several readers be at different places, each with its own cursor', async () => {
      const { engine, writer, reader } = await start();
      open.push(writer);
      await appendAll(writer, [...Array(300).keys()].map(someEntry));
      const other = await engine.openReader(writer, 0);
      open.push(other);
      for (const step of [0, 100, 200]) {
        const [ahead, behind] = await Promise.all([
          reader.read(step + 50, 50, 0, never),
          other.read(step, 50, 0, never),
        ]);
        expect(ahead[0]!.offset).toBe(step + 50);
        expect(behind[0]!.offset).toBe(step);
      }
    });

    test('keeps what the slowest of its consumers needs, and forgets the rest', async () => {
      const { writer, reader } = await start();
      open.push(writer);
      for (let index = 0; index < 100; index++) await appendAll(writer, [someEntry(index)]);
      expect(await writer.trim()).toBe(0);
      writer.release(0, 'engine', 90);
      // Nobody has heard of the other one since the start: it may need everything.
      expect(await writer.trim()).toBe(0);
      writer.release(0, 'telemetry', 60);
      expect(await writer.trim()).toBeGreaterThan(0);
      const first = reader.start();
      expect(first).toBeGreaterThan(0);
      expect(first).toBeLessThanOrEqual(60);
      await expect(reader.read(first - 1, 1, 0, never)).rejects.toMatchObject({
        code: 'JOURNAL_TRIMMED',
      } satisfies Partial<TocsinError>);
      const stored = await readAll(reader, first, 100 - first);
      expect(plain(stored[0]!.entry)).toEqual(plain(someEntry(first)));
      expect(plain(stored.at(-1)!.entry)).toEqual(plain(someEntry(99)));
      writer.release(0, 'telemetry', 90);
      await writer.trim();
      expect(reader.start()).toBeGreaterThan(first);
      expect(() => writer.release(0, 'nobody', 1)).toThrow(TypeError);
    });

    test('trims nothing that is younger than the retention, and never the end', async () => {
      const { engine, writer } = await start({ keepMs: 3_600_000 });
      for (let index = 0; index < 100; index++) await appendAll(writer, [someEntry(index)]);
      releaseAll(writer, 100);
      expect(await writer.trim()).toBe(0);
      await writer.close();
      const again = await engine.openWriter(options);
      open.push(again);
      releaseAll(again, 100);
      await again.trim();
      const reader = await engine.openReader(again, 0);
      open.push(reader);
      expect(reader.end()).toBe(100);
      expect(reader.start()).toBeLessThan(100);
      expect(await appendAll(again, [someEntry(100)])).toEqual([100]);
    });

    test('gives up the retention before it takes more space than it may', async () => {
      const { writer, reader } = await start({ keepMs: 3_600_000, maxBytes: 200_000 });
      open.push(writer);
      for (let index = 0; index < 600; index++) {
        await appendAll(writer, [large(index)]);
        releaseAll(writer, index + 1);
        if (index % 20 === 0) await writer.trim();
      }
      expect(reader.start()).toBeGreaterThan(300);
      expect(writer.troubles()).toEqual([]);
      expect((await readAll(reader, 599, 1))[0]!.offset).toBe(599);
    });

    test('says when space runs short; when it is used up lets all wait that is not urgent, and loses nothing', async () => {
      const { writer, reader } = await start({ maxBytes: 200_000 });
      open.push(writer);
      releaseAll(writer, 0);
      const codes = new Set<string>();
      let acknowledged = 0;
      let waiting = 0;
      for (let index = 0; index < 400 && !codes.has('JOURNAL_SPACE_FULL'); index++) {
        await appendAll(writer, [large(index)]);
        acknowledged++;
        await writer.trim();
        for (const { code, detail } of writer.troubles()) {
          codes.add(code);
          expect(detail).toMatchObject({ maxBytes: 200_000, slowest: expect.any(String) });
        }
      }
      expect([...codes]).toEqual(['JOURNAL_SPACE_LOW', 'JOURNAL_SPACE_FULL']);
      const late: Promise<number>[] = [];
      for (let index = 0; index < 10; index++) {
        waiting++;
        late.push(...appendEach(writer, [large(1000 + index)]).map((one) => one.finally(() => waiting--)));
      }
      const [urgent] = await appendAll(writer, [someEntry(1)], true);
      const [tick] = await appendAll(writer, [{ kind: 'tick', at: 5 }]);
      expect([urgent, tick]).toEqual([acknowledged, acknowledged + 1]);
      expect(waiting).toBe(10);
      // The consumers get on, and what has waited is taken in its order.
      releaseAll(writer, acknowledged);
      await writer.trim();
      const offsets = await Promise.all(late);
      expect(offsets).toEqual(offsets.map((_, index) => acknowledged + 2 + index));
      expect(writer.troubles()).toEqual([]);
      const stored = await readAll(reader, reader.start(), reader.end() - reader.start());
      expect(stored.slice(-10).map(({ entry }) => plain(entry))).toEqual(
        [...Array(10).keys()].map((index) => plain(large(1000 + index))),
      );
    });

    test('tells those who have waited for space too long', async () => {
      const { writer } = await start({ maxBytes: 200_000, patienceMs: 1 });
      open.push(writer);
      while (writer.troubles().every(({ code }) => code !== 'JOURNAL_SPACE_FULL')) {
        await appendAll(writer, [large(0)]);
        await writer.trim();
      }
      const end = writer.end(0);
      await expect(appendAll(writer, [large(1)])).rejects.toMatchObject({ code: 'JOURNAL_FULL', status: 503 });
      expect(await appendAll(writer, [someEntry(2)], true)).toEqual([end]);
    });

    test('finds the offset of a time, never after the first entry since, also where the clock was set back', async () => {
      const { engine, writer, reader } = await start();
      expect(await reader.offsetAt(5)).toBe(0);
      const times = [...Array(300).keys()].map((index) => 1000 + 10 * (index < 150 ? index : index - 60));
      for (let index = 0; index < times.length; index += 3) {
        await appendAll(writer, times.slice(index, index + 3).map(tickAt));
      }
      const check = async (of: JournalReader) => {
        for (const time of [0, 1000, 1001, 1500, 1985, 2490, 2491, 3000, 3390]) {
          const found = await of.offsetAt(time);
          const first = times.findIndex((one) => one >= time);
          expect(found).toBeLessThanOrEqual(first);
          // And close to it: what lies between is of before.
          expect(first - found).toBeLessThan(50);
        }
        expect(await of.offsetAt(3391)).toBe(300);
      };
      await check(reader);
      await writer.close();
      const again = await engine.openWriter(options);
      open.push(again);
      const fresh = await engine.openReader(again, 0);
      open.push(fresh);
      await check(fresh);
      // Still true of what comes after a restart with a clock that goes wrong.
      const [late] = await appendAll(again, [tickAt(1200)]);
      expect(await fresh.offsetAt(3391)).toBe(late! + 1);
      expect(await fresh.offsetAt(1200)).toBe(20);
    });

    test('refuses what is no entry, and goes on', async () => {
      const { writer, reader } = await start();
      open.push(writer);
      const nonsense = someEntry(0);
      if (nonsense.kind === 'frame') nonsense.frame.deviceId = 'x'.repeat(300);
      const [refused, taken] = await Promise.allSettled(appendEach(writer, [nonsense, someEntry(1)]));
      expect(refused).toMatchObject({ status: 'rejected' });
      expect(taken).toEqual({ status: 'fulfilled', value: 0 });
      expect((await readAll(reader, 0, 1)).map(({ entry }) => plain(entry))).toEqual([plain(someEntry(1))]);
    });

    test('finishes what is under way when it is closed, and takes nothing more', async () => {
      const { engine, writer } = await start();
      const appended = appendAll(writer, [...Array(100).keys()].map(someEntry));
      await Promise.all([writer.close(), appended]);
      await expect(appendAll(writer, [someEntry(0)])).rejects.toMatchObject({ code: 'JOURNAL_UNAVAILABLE' });
      const again = await engine.openWriter(options);
      open.push(again);
      expect(again.end(0)).toBe(100);
    });

    test('refuses an offset that it has never given', async () => {
      const { writer, reader } = await start();
      open.push(writer);
      await expect(reader.read(1, 1, 0, never)).rejects.toMatchObject({ code: 'JOURNAL_BEHIND' });
    });
  });
}

function releaseAll(writer: JournalWriter, offset: number): void {
  for (const consumer of options.consumers) writer.release(0, consumer, offset);
}
