import { quoted } from '../../devices/problems.ts';
import { channelValue, ownUnit } from '../../devices/value.ts';
import type { Channel } from '../../model/channel.ts';
import { deviceIdPattern } from '../../model/device.ts';
import type { Sample } from '../../model/sample.ts';
import type { Scale } from '../../model/units.ts';
import { TocsinError } from '../../shared/errors.ts';
import { type Columns, channelsOf, readHeader } from './columns.ts';
import { csvRows } from './csv-rows.ts';
import type { DataOptions } from './data-options.ts';
import type { DataReport } from './data-report.ts';
import { Moments } from './moment.ts';

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
/** What people and programs write where nothing was measured. */
const nothing = new Set(['', '-', '--', 'na', 'n/a', 'nan', 'null', 'none', 'nil']);

/** Samples of a CSV file, batch by batch; what cannot be one is noted with its line and left out. */
export async function* csvSamples(
  text: AsyncIterable<string>,
  options: DataOptions,
  report: DataReport,
): AsyncGenerator<Sample[]> {
  let lines: CsvLines | null = null;
  for await (const { line, rows } of csvRows(text)) {
    const samples: Sample[] = [];
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      if (row.length === 1 && row[0]!.trim() === '') continue;
      if (lines) {
        const sample = lines.sample(row, line + i);
        if (sample) samples.push(sample);
      } else lines = new CsvLines(readHeader(row, options.type, options), options, report);
    }
    if (samples.length > 0) yield samples;
  }
  if (!lines) throw new TocsinError('DATA_INVALID', 'The file is empty: it has no line that names the columns.');
}

class CsvLines {
  readonly #columns: Columns;
  readonly #options: DataOptions;
  readonly #report: DataReport;
  readonly #moments: Moments;

  constructor(columns: Columns, options: DataOptions, report: DataReport) {
    this.#columns = columns;
    this.#options = options;
    this.#report = report;
    this.#moments = new Moments(options, report);
    if (columns.guess) report.notes.add(columns.guess);
    if (columns.ignored.length > 0)
      report.notes.add(`Columns that are no channel were left aside: ${columns.ignored.join(', ')}.`);
  }

  sample(row: readonly string[], line: number): Sample | null {
    const { count, time, received, device, channels, long } = this.#columns;
    const report = this.#report;
    report.lines++;
    // A decimal comma between commas would be read as a whole number.
    if (row.length > count && row.slice(count).some((cell) => cell.trim() !== '')) {
      report.problems.add(
        line,
        'PAYLOAD_SHAPE',
        `The line has ${row.length} cells for ${count} columns; a decimal comma needs quotation marks or another delimiter.`,
      );
      return null;
    }
    const clocks = this.#moments.of(
      (row[time] ?? '').trim(),
      received === null ? undefined : (row[received] ?? '').trim(),
      line,
    );
    if (!clocks) return null;
    const deviceId = (device === null ? '' : (row[device] ?? '').trim()) || this.#options.device;
    if (device !== null && !deviceIdPattern.test(deviceId)) {
      report.problems.add(
        line,
        'DEVICE_UNKNOWN',
        `${quoted(deviceId)} cannot be the id of a device: letters, digits, -, _ and . only, at most 64.`,
      );
      return null;
    }
    const values: Record<string, number> = {};
    let taken = 0;
    for (const { index, channel, scale } of channels) if (this.#take(row[index], channel, scale, line, values)) taken++;
    if (long && this.#takeLong(row, long, line, values)) taken++;
    if (taken === 0) return null;
    report.readings += taken;
    return { deviceId, measuredAt: clocks.measuredAt, receivedAt: clocks.receivedAt, values };
  }

  #takeLong(
    row: readonly string[],
    long: { name: number; value: number },
    line: number,
    values: Record<string, number>,
  ): boolean {
    const { type } = this.#options;
    const name = (row[long.name] ?? '').trim();
    const channel = type.channelByName.get(name);
    if (channel) return this.#take(row[long.value], channel, ownUnit, line, values);
    this.#report.problems.add(
      line,
      'CHANNEL_UNKNOWN',
      `${quoted(name)} is no channel of a ${type.id}. ${channelsOf(type)}`,
    );
    return false;
  }

  #take(
    cell: string | undefined,
    channel: Channel,
    scale: Scale,
    line: number,
    values: Record<string, number>,
  ): boolean {
    if (cell === undefined || cell === '') return false;
    const text = cell.trim();
    if (nothing.has(text.toLowerCase())) return false;
    const value = channelValue(channel, rawOf(text, channel), scale);
    if (typeof value === 'number') {
      values[channel.name] = value;
      return true;
    }
    this.#report.problems.add(line, value.code, value.reason);
    return false;
  }
}

/** What a cell says, as a payload would say it. */
function rawOf(text: string, channel: Channel): unknown {
  if (decimal.test(text)) return Number(text);
  if (channel.kind !== 'switch') return text;
  const word = text.toLowerCase();
  return word === 'true' || word === 'on' ? true : word === 'false' || word === 'off' ? false : text;
}
