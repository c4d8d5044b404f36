import { type DateOrder, dateOrders, type FileZone, TimeReader, zoneOf } from '../../backtest/data/read-time.ts';

/** What is wrong with a command line, in a sentence. */
export class Misunderstood extends Error {}

/** Options of every command that reads files of readings, as `parseArgs` wants them. */
export const dataOptions = {
  type: { type: 'string' },
  data: { type: 'string', multiple: true },
  rules: { type: 'string' },
  devices: { type: 'string' },
  device: { type: 'string' },
  channel: { type: 'string' },
  column: { type: 'string', multiple: true },
  zone: { type: 'string' },
  dates: { type: 'string' },
  lang: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

/** What `parseArgs` makes of them. */
export interface DataValues {
  type?: string | undefined;
  data?: string[] | undefined;
  rules?: string | undefined;
  devices?: string | undefined;
  device?: string | undefined;
  channel?: string | undefined;
  column?: string[] | undefined;
  zone?: string | undefined;
  dates?: string | undefined;
  lang?: string | undefined;
  json?: boolean | undefined;
}

/** Which readings of which device type, and in which language the answer is wanted. */
export interface DataArguments {
  type: string;
  /** Files, each of `type` or of the one that was said. */
  data: { file: string; type: string }[];
  /** File that says where devices stand; null: nobody has. */
  devices: string | null;
  /** File of rules; null: those of the type. */
  rules: string | null;
  /** The device of lines that name none. */
  device: string;
  channel: string | null;
  columns: Map<string, string>;
  /** Zone of times that do not say theirs; null: not said. */
  zone: FileZone | null;
  /** What comes first in dates such as 7/8/2021; null: not said. */
  dates: DateOrder | null;
  lang: 'zh' | 'en';
  json: boolean;
}

/** @throws Misunderstood */
export function dataArguments(values: DataValues): DataArguments {
  const {
    type,
    data = [],
    rules = null,
    devices = null,
    channel = null,
    device = 'device',
    json = false,
    column = [],
  } = values;
  if (type === undefined)
    throw new Misunderstood('--type is missing: the device type that the readings are of, such as flood-gauge.');
  if (data.length === 0) throw new Misunderstood('--data is missing: a file of readings, CSV or NDJSON.');
  const zone = values.zone === undefined ? null : zoneOf(values.zone);
  if (values.zone !== undefined && zone === null)
    throw new Misunderstood(
      `--zone is "${values.zone}"; write an offset such as +08:00, or a name such as Asia/Shanghai.`,
    );
  const dates = values.dates === undefined ? null : oneOf('dates', values.dates, dateOrders);
  const lang = oneOf('lang', values.lang ?? 'en', ['en', 'zh'] as const);
  const files = data.map((one) => typedFile(one, type));
  return {
    type,
    data: files,
    devices,
    rules,
    device,
    channel,
    columns: new Map(column.map(namedColumn)),
    zone,
    dates,
    lang,
    json,
  };
}

/** `readings.csv`, or `manhole-cover=covers.csv` for readings of another type. */
function typedFile(text: string, type: string): DataArguments['data'][number] {
  const [, other, file] = /^([a-z][a-z0-9-]*)=(.+)$/.exec(text) ?? [];
  return other && file ? { file, type: other } : { file: text, type };
}

/** A time of the command line, milliseconds since the epoch; null: it is not there. @throws Misunderstood */
export function timeArgument(name: string, text: string | undefined, zone: FileZone | null): number | null {
  const at = text === undefined ? null : new TimeReader(zone).read(text);
  if (typeof at !== 'string') return at;
  const allowed = 'write it as 2021-07-20T08:00:00+08:00, or without the offset beside --zone';
  throw new Misunderstood(`--${name} is "${text}"; ${allowed}.`);
}

/** @throws Misunderstood */
export function oneOf<T extends string>(name: string, text: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === text);
  if (found === undefined) throw new Misunderstood(`--${name} is "${text}"; it can be ${allowed.join(' or ')}.`);
  return found;
}

function namedColumn(text: string): [string, string] {
  const at = text.lastIndexOf('=');
  if (at < 1) throw new Misunderstood(`--column is "${text}"; write it as --column "water level=level[m]".`);
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}
