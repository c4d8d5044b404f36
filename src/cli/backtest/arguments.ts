import { parseArgs } from 'node:util';
import { type Arrival, arrivals } from '../../backtest/arrival.ts';
import { TimeReader, zoneMs } from '../../backtest/data/read-time.ts';

/** What was asked on the command line; times in milliseconds since the epoch. */
export interface BacktestArguments {
  type: string;
  data: string[];
  /** File of rules; null: those of the type. */
  rules: string | null;
  /** `current`, or a file of rules; null: nothing. */
  against: string | null;
  from: number | null;
  to: number | null;
  device: string;
  channel: string | null;
  columns: Map<string, string>;
  /** Milliseconds; null: not said. */
  zone: number | null;
  arrival: Arrival;
  lang: 'zh' | 'en';
  json: boolean;
}

/** What is wrong with a command line, in a sentence. */
export class Misunderstood extends Error {}

/** @returns null when only help was asked for. @throws Misunderstood */
export function readArguments(args: string[]): BacktestArguments | null {
  const { values } = parsed(args);
  if (values.help) return null;
  const { type, data = [], rules = null, against = null, channel = null, device = 'device', json = false } = values;
  if (type === undefined)
    throw new Misunderstood('--type is missing: the device type that the readings are of, such as flood-gauge.');
  if (data.length === 0) throw new Misunderstood('--data is missing: a file of readings, CSV or NDJSON.');
  const zone = values.zone === undefined ? null : zoneMs(values.zone);
  if (values.zone !== undefined && zone === null)
    throw new Misunderstood(`--zone is "${values.zone}"; write an offset such as +08:00.`);
  const time = (name: string, text: string | undefined) => {
    const at = text === undefined ? null : new TimeReader(zone).read(text);
    if (typeof at === 'string')
      throw new Misunderstood(
        `--${name} is "${text}"; write it as 2021-07-20T08:00:00+08:00, or without the offset beside --zone.`,
      );
    return at;
  };
  return {
    type,
    data,
    rules,
    against,
    from: time('from', values.from),
    to: time('to', values.to),
    device,
    channel,
    columns: new Map((values.column ?? []).map(namedColumn)),
    zone,
    arrival: oneOf('arrival', values.arrival ?? 'clocks', arrivals),
    lang: oneOf('lang', values.lang ?? 'en', ['en', 'zh'] as const),
    json,
  };
}

function parsed(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        type: { type: 'string' },
        data: { type: 'string', multiple: true },
        rules: { type: 'string' },
        against: { type: 'string' },
        from: { type: 'string' },
        to: { type: 'string' },
        device: { type: 'string' },
        channel: { type: 'string' },
        column: { type: 'string', multiple: true },
        zone: { type: 'string' },
        arrival: { type: 'string' },
        lang: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new Misunderstood(error instanceof Error ? error.message : String(error));
  }
}

function namedColumn(text: string): [string, string] {
  const at = text.lastIndexOf('=');
  if (at < 1) throw new Misunderstood(`--column is "${text}"; write it as --column "water level=level[m]".`);
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

function oneOf<T extends string>(name: string, text: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === text);
  if (found === undefined) throw new Misunderstood(`--${name} is "${text}"; it can be ${allowed.join(' or ')}.`);
  return found;
}
