import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sample } from '../../model/sample.ts';
import { SampleRows } from './sample-rows.ts';
import { FileRun, MemoryRun, type SortedRun } from './sorted-run.ts';

/** Numbers held in memory at a time: 64 MB, that is a million samples of five channels. */
const heldNumbers = 8_000_000;
const batchSamples = 2_000;

/**
 * Samples in the order in which they were received, and measured. What does not fit into memory is kept in a temporary
 * folder, sorted piece by piece, and merged.
 * @param channels names of the channels that samples may have
 */
export async function* sortedSamples(
  input: AsyncIterable<readonly Sample[]>,
  channels: readonly string[],
  held = heldNumbers,
): AsyncGenerator<Sample[]> {
  const rows = new SampleRows(channels);
  const spill = new Spill(rows);
  try {
    let piece = new Piece(rows, held);
    for await (const samples of input) {
      for (const sample of samples) {
        if (piece.add(sample)) continue;
        await spill.write(piece);
        piece = new Piece(rows, held);
        piece.add(sample);
      }
    }
    yield* merged([...spill.runs(), piece.sorted()], rows);
  } finally {
    await spill.remove();
  }
}

async function* merged(runs: SortedRun[], rows: SampleRows): AsyncGenerator<Sample[]> {
  const open: SortedRun[] = [];
  for (const run of runs) if (await run.next()) open.push(run);
  let batch: Sample[] = [];
  while (open.length > 0) {
    let first = 0;
    for (let i = 1; i < open.length; i++) {
      if (rows.compare(open[i]!.row, open[i]!.at, open[first]!.row, open[first]!.at) < 0) first = i;
    }
    const run = open[first]!;
    batch.push(rows.read(run.row, run.at));
    const next = run.next();
    if (!(typeof next === 'boolean' ? next : await next)) open.splice(first, 1);
    if (batch.length < batchSamples) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** As many rows as are held in memory. */
class Piece {
  readonly #rows: SampleRows;
  #numbers: Float64Array;
  readonly #most: number;
  #count = 0;

  constructor(rows: SampleRows, held: number) {
    this.#rows = rows;
    this.#most = Math.max(1, Math.floor(held / rows.width));
    this.#numbers = new Float64Array(Math.min(this.#most, 4_096) * rows.width);
  }

  /** @returns false when it is full. */
  add(sample: Sample): boolean {
    if (this.#count === this.#most) return false;
    const at = this.#count * this.#rows.width;
    if (at === this.#numbers.length) {
      const larger = new Float64Array(Math.min(this.#numbers.length * 2, this.#most * this.#rows.width));
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#rows.write(sample, this.#numbers, at);
    this.#count++;
    return true;
  }

  sorted(): MemoryRun {
    const rows = this.#rows;
    const numbers = this.#numbers;
    const { width } = rows;
    const order = new Uint32Array(this.#count).map((_, i) => i);
    const inOrder = order.every((i) => i === 0 || rows.compare(numbers, (i - 1) * width, numbers, i * width) <= 0);
    if (!inOrder) order.sort((i, j) => rows.compare(numbers, i * width, numbers, j * width));
    return new MemoryRun(numbers, order, width);
  }
}

/** Pieces that were sorted and put aside in a file. */
class Spill {
  readonly #rows: SampleRows;
  #folder: string | null = null;
  #file: FileHandle | null = null;
  readonly #ends: number[] = [];

  constructor(rows: SampleRows) {
    this.#rows = rows;
  }

  async write(piece: Piece): Promise<void> {
    this.#folder ??= await mkdtemp(join(tmpdir(), 'tocsin-backtest-'));
    this.#file ??= await open(join(this.#folder, 'rows'), 'w+');
    const { width } = this.#rows;
    const run = piece.sorted();
    const out = new Float64Array(8_192 * width);
    let at = this.#ends.at(-1) ?? 0;
    let filled = 0;
    const flush = async () => {
      const bytes = new Uint8Array(out.buffer, 0, filled * 8);
      for (let done = 0; done < bytes.length; ) {
        done += (await this.#file!.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
      }
      at += bytes.length;
      filled = 0;
    };
    while (run.next()) {
      out.set(run.row.subarray(run.at, run.at + width), filled);
      filled += width;
      if (filled === out.length) await flush();
    }
    await flush();
    this.#ends.push(at);
  }

  runs(): FileRun[] {
    return this.#ends.map((end, i) => new FileRun(this.#file!, this.#rows, this.#ends[i - 1] ?? 0, end));
  }

  async remove(): Promise<void> {
    await this.#file?.close();
    if (this.#folder) await rm(this.#folder, { recursive: true, force: true });
  }
}
