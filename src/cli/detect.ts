import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { parseArgs } from 'node:util';
import { csvRows } from '../backtest/data/csv-rows.ts';
import { openText } from '../backtest/data/open-text.ts';
import { type FileZone, TimeReader, zoneOf } from '../backtest/data/read-time.ts';
import { createDetector, defaultThreshold } from '../baseline/detector.ts';
import { TocsinError } from '../shared/errors.ts';
import type { Outcome } from './main.ts';

const usage = `npm run tocsin -- detect --data readings.csv [--channel value] [--out scores.csv] [--zone +08:00] [--json]

Scores each row of a file by the series' own past, as the baseline of a device does: 0 is usual, ${defaultThreshold.toFixed(3)} is what comes
once a month. The file has a column of times and one of values, with or without a line of names above.

  --data     the file; CSV, gzipped if you like
  --channel  the column of values, by its name; otherwise "value", or the only one that is not the time
  --out      where rows of time, value and score go, one for each row of the file; otherwise only the alarms are told
  --zone     the zone of times that do not say theirs, such as +08:00 or Asia/Shanghai; otherwise +00:00
  --json     the answer as JSON`;

const timeNames = ['time', 'timestamp', 'ts', 'date', 'datetime', 'measured_at', '时间'];
const mostTold = 20;

interface Asked {
  data: string;
  channel: string | undefined;
  out: string | undefined;
  zone: FileZone;
  json: boolean;
}

/** A row that could not be scored, or an alarm. */
interface Told {
  line: number;
  [key: string]: string | number;
}

/** `detect`: the detector of the baseline over a file with times and values. Streaming: the file may be of any size. */
export async function detect(args: string[]): Promise<Outcome> {
  const asked = read(args);
  if (typeof asked === 'string') return { text: asked, ok: asked === usage, misunderstood: asked !== usage };
  const scoring = new Scoring(asked);
  const out = asked.out === undefined ? null : createWriteStream(asked.out);
  const failed = out && once(out, 'error').then(([error]) => Promise.reject(unwritable(asked.out!, error)));
  // It may fail while nobody waits for it; whoever waits next hears of it.
  failed?.catch(() => undefined);
  const write = async (text: string) => {
    if (out && text !== '' && !out.write(text)) await Promise.race([once(out, 'drain'), failed]);
  };
  await write('time,value,score\n');
  for await (const { line, rows } of csvRows(openText(asked.data))) {
    await write(rows.map((row, i) => scoring.row(row, line + i)).join(''));
  }
  if (out) await Promise.race([new Promise<void>((resolve) => out.end(resolve)), failed]);
  return { text: asked.json ? scoring.json() : scoring.text(), ok: scoring.scored > 0 };
}

function read(args: string[]): Asked | string {
  const options = {
    data: { type: 'string' },
    channel: { type: 'string' },
    out: { type: 'string' },
    zone: { type: 'string' },
    json: { type: 'boolean' },
    help: { type: 'boolean' },
  } as const;
  try {
    const { values } = parseArgs({ args, options });
    if (values.help) return usage;
    if (values.data === undefined) return `--data is missing: a file of times and values.\n\n${usage}`;
    const zone = zoneOf(values.zone ?? '+00:00');
    if (zone === null)
      return `--zone is "${values.zone}"; write an offset such as +08:00, or a name such as Asia/Shanghai.\n\n${usage}`;
    return { data: values.data, channel: values.channel, out: values.out, zone, json: values.json ?? false };
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n\n${usage}`;
  }
}

function unwritable(file: string, error: unknown): TocsinError {
  const why = error instanceof Error ? error.message : String(error);
  return new TocsinError('DATA_UNREADABLE', `${file} cannot be written: ${why}.`, { file });
}

/** Scores rows one after the other, and notes what there is to tell of them. */
class Scoring {
  readonly #asked: Asked;
  readonly #times: TimeReader;
  readonly #detector = createDetector();
  #columns: { time: number; value: number } | null = null;
  #lastAt = Number.NEGATIVE_INFINITY;
  #problems = 0;
  #alarms = 0;
  readonly #firstProblems: Told[] = [];
  readonly #lastAlarms: Told[] = [];
  scored = 0;

  constructor(asked: Asked) {
    this.#asked = asked;
    this.#times = new TimeReader(asked.zone);
  }

  /** @returns the row with its score; empty for the line of names and for empty lines. */
  row(cells: string[], line: number): string {
    if (cells.every((cell) => cell.trim() === '')) return '';
    if (!this.#columns) {
      const named = this.#times.read(cells[0]!.trim()) === 'no-time';
      this.#columns = named ? this.#named(cells, line) : { time: 0, value: 1 };
      if (named) return '';
    }
    const [time, value] = [cells[this.#columns.time]?.trim() ?? '', cells[this.#columns.value]?.trim() ?? ''];
    return `${csv(time)},${csv(value)},${this.#score(time, value, line)}\n`;
  }

  #named(cells: string[], line: number): { time: number; value: number } {
    // A byte order mark belongs to no name.
    const names = cells.map((cell) => cell.replace(/^\uFEFF/, '').trim());
    const lower = names.map((name) => name.toLowerCase());
    const time = lower.findIndex((name) => timeNames.includes(name));
    const others = names.flatMap((_, index) => (index === time ? [] : [index]));
    const wanted = this.#asked.channel?.toLowerCase() ?? 'value';
    const only = this.#asked.channel === undefined && others.length === 1 ? others[0]! : -1;
    const value = lower.includes(wanted) ? lower.indexOf(wanted) : only;
    if (time !== -1 && value !== -1) return { time, value };
    const missing = time === -1 ? `no column of times (${timeNames.join(', ')})` : `no column "${wanted}"`;
    const sentence = `Line ${line}: there is ${missing} among ${names.join(', ')}. Name the column of values with --channel.`;
    throw new TocsinError('DATA_INVALID', sentence);
  }

  #score(time: string, text: string, line: number): number {
    const at = this.#times.read(time);
    const value = text === '' ? Number.NaN : Number(text);
    if (typeof at !== 'number') return this.#problem(line, `the time is "${time}"`);
    if (!Number.isFinite(value)) return this.#problem(line, `the value is "${text}"`);
    if (at <= this.#lastAt) return this.#problem(line, `"${time}" is not later than the row before`);
    this.#lastAt = at;
    const score = this.#detector.update(at, value);
    this.scored++;
    if (score >= defaultThreshold) {
      this.#alarms++;
      this.#lastAlarms.push({ line, time, value, score, kind: this.#detector.kind });
      if (this.#lastAlarms.length > mostTold && !this.#asked.json) this.#lastAlarms.shift();
    }
    return score;
  }

  #problem(line: number, reason: string): number {
    this.#problems++;
    if (this.#firstProblems.length < mostTold) this.#firstProblems.push({ line, reason });
    return 0;
  }

  json(): string {
    const [alarms, problems] = [this.#lastAlarms, this.#firstProblems];
    const counts = { scored: this.scored, notScored: this.#problems };
    return JSON.stringify({ ...counts, threshold: defaultThreshold, alarms, problems }, null, 2);
  }

  text(): string {
    const more = this.#alarms - this.#lastAlarms.length;
    const left = this.#problems - this.#firstProblems.length;
    return [
      `${this.scored} rows scored, ${this.#problems} not, ${this.#alarms} at or above ${defaultThreshold.toFixed(3)}.`,
      ...(more > 0 ? [`${more} before these:`] : []),
      ...this.#lastAlarms.map(
        (a) => `  line ${a.line}  ${a.time}  ${a.value}  score ${Number(a.score).toFixed(4)}  ${a.kind}`,
      ),
      ...(this.#problems > 0 ? ['Not scored (0 in the file of scores):'] : []),
      ...this.#firstProblems.map(({ line, reason }) => `  line ${line}: ${reason}`),
      ...(left > 0 ? [`  and ${left} more`] : []),
    ].join('\n');
  }
}

/** A cell as CSV wants it. */
function csv(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
