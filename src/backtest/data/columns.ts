import { ownUnit, scaleBetween } from '../../devices/value.ts';
import type { Channel } from '../../model/channel.ts';
import type { DeviceType } from '../../model/device-type.ts';
import { gases, gasScale } from '../../model/gases.ts';
import type { Text } from '../../model/text.ts';
import { type Scale, unitOf } from '../../model/units.ts';
import { TocsinError } from '../../shared/errors.ts';
import { type FileZone, zoneOf } from './read-time.ts';

/** A column that holds a channel, on its own scale. */
export interface ChannelColumn {
  index: number;
  channel: Channel;
  scale: Scale;
}

/** What the columns of a file are, by their index. */
export interface Columns {
  /** How many there are. */
  count: number;
  time: number;
  /** Where the date stands in a column of its own beside the time of day. */
  day: number | null;
  /** The zone that the column of times names: `Time (GMT)`. */
  zone: FileZone | null;
  received: number | null;
  device: number | null;
  channels: ChannelColumn[];
  /** One channel a line: the column with its name, the one with its value, and the one with its unit, if there is one. */
  long: { name: number; value: number; unit: number | null } | null;
  /** Headers of columns that are nothing here. */
  ignored: string[];
  /** What was guessed; null: nothing. */
  guess: Text | null;
}

export interface ColumnChoice {
  /** Channel of a column called `value`. */
  channel: string | null;
  /** Header → channel, which may have a unit: `level[m]`. */
  named: ReadonlyMap<string, string>;
}

const timeNames = [
  'time',
  'timestamp',
  'datetime',
  'date/time',
  'measured',
  'measuredat',
  'tm',
  'ts',
  '时间',
  '测量时间',
  '监测时间',
  '观测时间',
];
const dayNames = ['date', 'day', '日期'];
const receivedNames = ['received', 'receivedat', 'receivedtime', 'arrived', '接收时间', '到达时间', '入库时间'];
export const deviceNames = [
  'device',
  'deviceid',
  'id',
  'station',
  'stationid',
  'stationno',
  'stationcode',
  'site',
  'siteid',
  'siteno',
  'gauge',
  'gaugeid',
  'stcd',
  'sensor',
  'sensorid',
  'series',
  '设备',
  '设备编号',
  '设备id',
  '站码',
  '测站编码',
];
const channelNames = ['channel', 'quantity', 'parameter', 'metric', '通道', '指标'];
const valueNames = ['value', 'reading', '值', '数值', '测值'];
const unitNames = ['unit', 'units', '单位'];

/** What `--column` can call a column beside a channel. */
export const notChannels: ReadonlySet<string> = new Set(['time', 'date', 'received', 'device']);

/**
 * Reads a header: `time`, or `date` and `time`, one column for each channel or `value`, and, where there are, `device`
 * and `received`. A channel goes by its name or its label, with a unit if it is not its own: `level[m]`, `level (m)`,
 * `level_m`.
 * @throws TocsinError DATA_INVALID that says what is missing and what is allowed.
 */
export function readHeader(header: readonly string[], type: DeviceType, choice: ColumnChoice): Columns {
  const columns: Columns = {
    count: header.length,
    time: -1,
    day: null,
    zone: null,
    received: null,
    device: null,
    channels: [],
    long: null,
    ignored: [],
    guess: null,
  };
  let value: number | null = null;
  let name: number | null = null;
  let unit: number | null = null;
  const told = new Set(header.map((text) => meantBy(text.trim(), choice.named)));
  header.forEach((raw, index) => {
    const text = raw.trim();
    const given = meantBy(text, choice.named);
    /** Whether this column is what `--column` says of it, or, where it says so of none, what its name says. */
    const is = (what: string, byName: boolean) => (told.has(what) ? given === what : byName);
    const meant = given ?? text;
    const key = keyOf(text);
    const { name: clock, zone } = timeHeader(text);
    const found = channelOf(meant, type);
    if (given !== undefined && !found && !notChannels.has(given))
      throw unknownChannel(`--column ${text}=${given}`, type);
    if (found) columns.channels.push({ index, ...found });
    else if (columns.time < 0 && is('time', timeNames.includes(clock))) {
      columns.time = index;
      columns.zone = zone;
    } else if (columns.day === null && is('date', dayNames.includes(clock))) columns.day = index;
    else if (columns.received === null && is('received', receivedNames.includes(key))) columns.received = index;
    else if (columns.device === null && is('device', deviceNames.includes(key))) columns.device = index;
    else if (name === null && channelNames.includes(key)) name = index;
    else if (value === null && valueNames.includes(unitSplit(key).name)) value = index;
    else if (unit === null && unitNames.includes(key)) unit = index;
    else columns.ignored.push(text);
  });
  if (columns.time < 0 && columns.day !== null) {
    columns.time = columns.day;
    columns.zone = timeHeader(header[columns.day]!).zone;
    columns.day = null;
  }
  if (columns.time < 0)
    throw invalid(
      `There is no column with the time. The first line must name the columns, such as time,${type.channels[0]!.name}; here it is: ${header.join(',').slice(0, 200)}. A column that is headed otherwise: --column <header>=time.`,
    );
  if (value !== null) takeValue(columns, { index: value, name, unit }, header, type, choice);
  else if (unit !== null) columns.ignored.push(header[unit]!.trim());
  if (columns.channels.length === 0 && !columns.long)
    throw invalid(
      `No column is a channel of a ${type.id}. ${channelsOf(type)} Say which one is meant with --column <header>=<channel>; the columns are ${header.join(', ')}.`,
    );
  const twice = columns.channels.find(
    (one, i) => columns.channels.findIndex((other) => other.channel === one.channel) < i,
  );
  if (twice)
    throw invalid(
      `Two columns are the channel ${twice.channel.name}: take one out, or name the one that counts with --column.`,
    );
  return columns;
}

/** A column called `value` holds the channel that a column beside it names, or else the one of the command line. */
function takeValue(
  columns: Columns,
  { index, name, unit }: { index: number; name: number | null; unit: number | null },
  header: readonly string[],
  type: DeviceType,
  choice: ColumnChoice,
): void {
  if (name !== null) {
    columns.long = { name, value: index, unit };
    return;
  }
  if (columns.channels.length > 0) {
    columns.ignored.push(header[index]!.trim());
    return;
  }
  const chosen =
    choice.channel ?? type.channels.find((channel) => channel.kind === 'number')?.name ?? type.channels[0]!.name;
  if (unit !== null) columns.ignored.push(header[unit]!.trim());
  const own = unitSplit(header[index]!.trim()).unit;
  const found = channelOf(own === null ? chosen : `${chosen}[${own}]`, type);
  if (!found) throw unknownChannel(`--channel ${chosen}`, type);
  columns.channels.push({ index, ...found });
  if (choice.channel === null && type.channels.length > 1)
    columns.guess = {
      zh: `列 ${header[index]!.trim()} 按 ${chosen} 读取；可用 --channel 另行指定。`,
      en: `The column ${header[index]!.trim()} was taken for ${chosen}; --channel says otherwise.`,
    };
}

/** What `--column` says of a header, by all of it or by what stands before its unit; undefined: nothing. */
function meantBy(header: string, named: ReadonlyMap<string, string>): string | undefined {
  const whole = named.get(header);
  if (whole !== undefined) return whole;
  const { name, unit } = unitSplit(header);
  const part = named.get(name);
  if (part === undefined || unit === null || notChannels.has(part)) return part;
  return unitSplit(part).unit === null ? `${part}[${unit}]` : part;
}

/**
 * Holds what the command line says of columns against the headers that there are.
 * @throws TocsinError DATA_INVALID when a header of its is in no file; the message names those that are.
 */
export function requireHeaders(named: ReadonlyMap<string, string>, headers: ReadonlySet<string>): void {
  const known = new Set([...headers].flatMap((header) => [header, unitSplit(header).name]));
  for (const [header, meant] of named) {
    if (known.has(header)) continue;
    const there = headers.size > 0 ? `There are: ${[...headers].join(', ')}.` : 'NDJSON has no columns.';
    throw invalid(`--column ${header}=${meant}: there is no column ${header}. ${there}`);
  }
}

/** A header as names of columns are compared. */
export function keyOf(text: string): string {
  return text.toLowerCase().replace(/[\s_-]/g, '');
}

/** `Time (GMT)`, `time_utc`: the name, and the zone that it says. */
function timeHeader(text: string): { name: string; zone: FileZone | null } {
  const { name, unit } = unitSplit(text);
  const zone = unit === null ? null : zoneOf(unit);
  if (zone !== null) return { name: keyOf(name), zone };
  const match = /^(.+?)[\s_-]?(?:utc|gmt)$/i.exec(text);
  return match ? { name: keyOf(match[1]!), zone: 0 } : { name: keyOf(text), zone: null };
}

/**
 * The channel that a header names, or the name in a line with one channel, and the scale of its unit; null: none.
 * @throws TocsinError DATA_INVALID when the unit is not one of the channel.
 */
export function channelOf(text: string, type: DeviceType): { channel: Channel; scale: Scale } | null {
  const { name, unit } = unitSplit(text);
  const channel = byName(name, type);
  if (channel) return { channel, scale: unit === null ? ownUnit : scaleFor(channel, unit, text) };
  // `rain_mm`: a channel's name may have an underscore too, so this comes last.
  const cut = text.lastIndexOf('_');
  const before = cut > 0 ? byName(text.slice(0, cut), type) : undefined;
  const after = unitOf(text.slice(cut + 1));
  return before && after ? { channel: before, scale: scaleFor(before, after.code, text) } : null;
}

function byName(text: string, type: DeviceType): Channel | undefined {
  const key = text.toLowerCase().replace(/[\s-]/g, '_');
  return (
    type.channelByName.get(key) ??
    type.channels.find(({ label }) => label.zh === text || label.en.toLowerCase() === text.toLowerCase())
  );
}

/** `level[m]`, `level (m)`, `水位（m）`: the name, and the unit in brackets. */
function unitSplit(text: string): { name: string; unit: string | null } {
  const match = /^(.*?)\s*[[(（【]\s*([^\])）】]+?)\s*[\])）】]$/.exec(text);
  return match ? { name: match[1]!, unit: match[2]! } : { name: text, unit: null };
}

/** A share of the air, as people write it: `%vol`, `vol.%`. */
const byVolume = /^(?:%\s*vol\.?|vol\.?\s*-?\s*%)$/i;

/** A channel that has the name of a gas takes all units of it. @throws TocsinError DATA_INVALID when the unit is not one of the channel. */
export function scaleFor(channel: Channel, unit: string, text: string): Scale {
  const gas = Object.hasOwn(gases, channel.name) ? gases[channel.name]! : null;
  const [from, to] = [unitOf(gas && byVolume.test(unit) ? '%' : unit), unitOf(channel.unit)];
  if (from && to && from.dimension === to.dimension) return scaleBetween(from, to);
  const scale = from && to && gas && gasScale(gas, from, to);
  if (scale) return scale;
  throw invalid(`"${text}": ${unit} cannot be converted to ${channel.unit}, the unit of ${channel.name}.`);
}

export function channelsOf(type: DeviceType): string {
  return `Its channels are ${type.channels.map(({ name, unit }) => (unit === '1' ? name : `${name} (${unit})`)).join(', ')}.`;
}

function unknownChannel(what: string, type: DeviceType): TocsinError {
  return invalid(`${what}: this is no channel of a ${type.id}. ${channelsOf(type)}`);
}

function invalid(message: string): TocsinError {
  return new TocsinError('DATA_INVALID', message);
}
