import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Reading } from '../src/model/reading.ts';
import { createLogger } from '../src/shared/logger.ts';
import { createEmbeddedTelemetry } from '../src/telemetry/embedded.ts';
import type { RangeQuery } from '../src/telemetry/port.ts';
import { RowTable } from './row-table.ts';
import { p50, round } from './statistics.ts';

const devices = 200;
const channels = ['level', 'temperature', 'fume', 'battery', 'open'];
const periodMs = 10_000;
/** Readings of each channel: 27.8 h, 10 million readings in all. */
const rounds = 10_000;
const batch = 5_000;
const day = 86_400_000;
const minute = 60_000;
const start = 1_772_323_200_000;
const end = start + rounds * periodMs;
/** A day later all of it is packed as a whole. */
const now = end + 2 * day;

export interface TelemetryResult {
  readings: number;
  /** Readings a second into the store, durable, packed where it packs. */
  perSecond: { packed: number; rows: number; ratio: number };
  /** Of the writes alone, without the packing behind them. */
  writtenPerSecond: number;
  bytesPerReading: { packed: number; rows: number; ratio: number };
  /** All channels of a device over 24 h, milliseconds, after opening the file anew for the first, median of devices. */
  dayInFiveMinutesMs: { packed: number; rows: number; ratio: number };
  dayInReadingsMs: { packed: number; rows: number; ratio: number };
  /** The same from readings that are not packed as a whole yet. */
  freshDayMs: number;
}

/** The embedded telemetry beside a plain table of rows, with the same readings in the same run. */
export async function benchTelemetry(): Promise<TelemetryResult> {
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-bench-telemetry-'));
  try {
    const packedFile = join(dir, 'packed.db');
    const rowsFile = join(dir, 'rows.db');
    const clock = { now: () => now };
    const open = () =>
      createEmbeddedTelemetry({
        file: packedFile,
        retention: { raw: 400 * day, downsampled: 4000 * day },
        clock,
        log: createLogger('warn'),
      });

    const packed = open();
    const rows = new RowTable(rowsFile);
    let writeMs = 0;
    let packMs = 0;
    let rowsMs = 0;
    for (const readings of load()) {
      const begun = performance.now();
      await packed.write(readings);
      const written = performance.now();
      await packed.upkeep();
      const kept = performance.now();
      rows.write(readings);
      rowsMs += performance.now() - kept;
      writeMs += written - begun;
      packMs += kept - written;
    }
    const freshDayMs = await queryMs((query) => packed.range(query), 5 * minute);
    const begun = performance.now();
    await packed.pack();
    packMs += performance.now() - begun;
    await packed.close();
    rows.close();

    const readings = rounds * devices * channels.length;
    const again = open();
    const rowsAgain = new RowTable(rowsFile);
    const ask = async (stepMs: number) =>
      beside(
        await queryMs((query) => again.range(query), stepMs),
        await queryMs(async (query) => rowsAgain.range(query), stepMs),
        2,
      );
    const dayInFiveMinutesMs = await ask(5 * minute);
    const dayInReadingsMs = await ask(periodMs);
    await again.close();
    rowsAgain.close();
    const bytes = (file: string) => statSync(file).size / readings;
    return {
      readings,
      perSecond: beside((readings / (writeMs + packMs)) * 1000, (readings / rowsMs) * 1000, 0),
      writtenPerSecond: round((readings / writeMs) * 1000),
      bytesPerReading: beside(bytes(packedFile), bytes(rowsFile), 2),
      dayInFiveMinutesMs,
      dayInReadingsMs,
      freshDayMs,
    };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function beside(packed: number, rows: number, digits: number) {
  return { packed: round(packed, digits), rows: round(rows, digits), ratio: round(packed / rows, 3) };
}

/** What a chart of each channel asks for the last 24 h, all channels of a device: median over devices. */
async function queryMs(range: (query: RangeQuery) => Promise<unknown>, stepMs: number): Promise<number> {
  const times: number[] = [];
  for (let device = 0; device < devices; device += 5) {
    const begun = performance.now();
    for (const channel of channels) {
      await range({ deviceId: nameOf(device), channel, from: end - day, to: end, stepMs });
    }
    times.push(performance.now() - begun);
  }
  return round(p50(times), 2);
}

/**
 * Readings in the order of time, in batches. Each device has five channels: two walks, one that is mostly noise, one
 * that hardly changes, and a switch. Half of the devices say whole seconds, the others are timed when they are received.
 */
function* load(): Generator<Reading[]> {
  const random = lcg(7);
  const levels = Array.from({ length: devices }, () => 100 + 100 * random());
  const temperatures = Array.from({ length: devices }, () => 10 + 20 * random());
  let readings: Reading[] = [];
  for (let tick = 0; tick < rounds; tick++) {
    for (let device = 0; device < devices; device++) {
      const at = start + tick * periodMs + (device % 2 === 0 ? device * 1000 : Math.floor(device + 80 * random()));
      levels[device]! += random() - 0.5;
      temperatures[device]! += (random() - 0.5) / 5;
      const values = [
        round(levels[device]!, 1),
        round(temperatures[device]!, 2),
        round(0.4 + 0.3 * random() * random(), 3),
        100 - Math.floor(tick / 500),
        random() < 0.001 ? 1 : 0,
      ];
      for (const [index, channel] of channels.entries()) {
        readings.push({
          deviceId: nameOf(device),
          deviceType: 'bench',
          channel,
          value: values[index]!,
          measuredAt: at,
          receivedAt: at,
        });
      }
      if (readings.length < batch) continue;
      yield readings;
      readings = [];
    }
  }
  if (readings.length > 0) yield readings;
}

function nameOf(device: number): string {
  return `device-${device}`;
}

/** The same numbers at each run. */
function lcg(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
