import { quoted } from '../../devices/problems.ts';
import { channelValue } from '../../devices/value.ts';
import type { Channel } from '../../model/channel.ts';
import { deviceIdPattern } from '../../model/device.ts';
import type { Sample } from '../../model/sample.ts';
import type { Scale } from '../../model/units.ts';
import { TocsinError } from '../../shared/errors.ts';
import { type Columns, channelOf, channelsOf, readHeader, scaleFor } from './columns.ts';
import { csvRows } from './csv-rows.ts';
import type { DataOptions } from './data-options.ts';
import type { DataReport } from './data-report.ts';
import { Moments } from './moment.ts';

/** Where semicolons stand between the columns, so that a comma can stand in a number. */
const withComma = /^[+-]?\d*,\d+(?:[eE][+-]?\d+)?$/;
const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
/** What people and programs write where nothing was measured. */
const nothing = new Set(['', '-', '--', 'na', 'n/a', 'nan', 'null', 'none', 'nil']);

/**
 * Samples of a CSV file, batch by batch; what cannot be one is noted with its line and left out. Remarks, from a `#` on,
 * may stand above the names of the columns.
 */
export async function* csvSamples(
  text: AsyncIterable<string>,
  options: DataOptions,
  report: DataReport,
): AsyncGenerator<Sample[]> {
  let lines: CsvLines | null = null;
  for await (const { line, rows, delimiter } of csvRows(text)) {
    const samples: Sample[] = [];
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      if (row.length === 1 && row[0]!.trim() === '') continue;
      if (lines) {
        const sample = lines.sample(row, line + i);
        if (sample) samples.push(sample);
      } else if (!/^\uFEFF?\s*#/.test(row[0]!)) {
        for (const header of row) report.headers.add(header.trim());
        lines = new CsvLines(readHeader(row, options.type, options), delimiter, options, report);
      }
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
  readonly #commaInNumbers: boolean;
  /** Channels by their names in lines with one channel each, and by their units. */
  readonly #named = new Map<string, { channel: Channel; scale: Scale } | string>();

  constructor(columns: Columns, delimiter: string, options: DataOptions, report: DataReport) {
    this.#columns = columns;
    this.#options = options;
    this.#report = report;
    this.#moments = new Moments({ ...options, zone: columns.zone ?? options.zone }, report);
    this.#commaInNumbers = delimiter === ';';
    if (columns.guess) report.note(columns.guess);
    if (columns.ignored.length > 0)
      report.note({
        zh: `不是测点的列未采用：${columns.ignored.join('、')}。`,
        en: `Columns that are no channel were left aside: ${columns.ignored.join(', ')}.`,
      });
  }

  sample(row: readonly string[], line: number): Sample | null {
    const { count, received, device, channels, long } = this.#columns;
    const report = this.#report;
    report.lines++;
    // A decimal comma between commas would be read as a whole number.
    if (row.length > count && row.slice(count).some((cell) => cell.trim() !== '')) {
      report.problems.add(
        line,
        'PAYLOAD_SHAPE',
        `The line has ${row.length} cells for ${count} columns; numbers are written with a point, or with a comma where semicolons stand between the columns.`,
      );
      return null;
    }
    const clocks = this.#moments.of(
      this.#timeIn(row),
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

  /** The time of a line, with the date before it where that stands in a column of its own. */
  #timeIn(row: readonly string[]): string {
    const { time, day } = this.#columns;
    const text = (row[time] ?? '').trim();
    if (day === null || !/^\d{1,2}:\d/.test(text)) return text;
    return `${(row[day] ?? '').trim().split(/[T ]/)[0]} ${text}`;
  }

  #takeLong(
    row: readonly string[],
    long: { name: number; value: number; unit: number | null },
    line: number,
    values: Record<string, number>,
  ): boolean {
    const name = (row[long.name] ?? '').trim();
    const unit = long.unit === null ? '' : (row[long.unit] ?? '').trim();
    const found = this.#channelNamed(name, unit);
    if (typeof found !== 'string') return this.#take(row[long.value], found.channel, found.scale, line, values);
    this.#report.problems.add(line, 'CHANNEL_UNKNOWN', found);
    return false;
  }

  /** The channel that a line is about; a sentence when it is none. */
  #channelNamed(name: string, unit: string): { channel: Channel; scale: Scale } | string {
    const key = `${name}\n${unit}`;
    const known = this.#named.get(key);
    if (known !== undefined) return known;
    const { type, named } = this.#options;
    if (named.has(name)) this.#report.headers.add(name);
    let found: { channel: Channel; scale: Scale } | string;
    try {
      const about = channelOf(named.get(name) ?? name, type);
      if (!about) found = `${quoted(name)} is no channel of a ${type.id}. ${channelsOf(type)}`;
      else if (unit === '') found = about;
      else found = { channel: about.channel, scale: scaleFor(about.channel, unit, name) };
    } catch (error) {
      if (!(error instanceof TocsinError)) throw error;
      found = error.message;
    }
    // A column of remarks may have another text on every line.
    if (this.#named.size < 1000) this.#named.set(key, found);
    return found;
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
    const plain = this.#commaInNumbers && withComma.test(text) ? text.replace(',', '.') : text;
    const value = channelValue(channel, rawOf(plain, channel), scale);
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
