import { ownUnit, scaleBetween } from '../../devices/value.ts';
import type { Channel } from '../../model/channel.ts';
import type { DeviceType } from '../../model/device-type.ts';
import { type Scale, unitOf } from '../../model/units.ts';
import { TocsinError } from '../../shared/errors.ts';

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
  received: number | null;
  device: number | null;
  channels: ChannelColumn[];
  /** One channel a line: the column with its name, and the one with its value. */
  long: { name: number; value: number } | null;
  /** Headers of columns that are nothing here. */
  ignored: string[];
  /** What was guessed, in a sentence; null: nothing. */
  guess: string | null;
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
  'date',
  'measured',
  'measuredat',
  'tm',
  'ts',
  '时间',
  '测量时间',
  '监测时间',
  '观测时间',
  '日期',
];
const receivedNames = ['received', 'receivedat', 'receivedtime', 'arrived', '接收时间', '到达时间', '入库时间'];
const deviceNames = [
  'device',
  'deviceid',
  'id',
  'station',
  'stcd',
  'sensor',
  'series',
  '设备',
  '设备编号',
  '设备id',
  '站码',
  '测站编码',
];
const channelNames = ['channel', 'quantity', 'parameter', 'metric', '通道', '指标'];
const valueNames = ['value', 'reading', '值', '数值', '测值'];

/** What `--column` can call a column beside a channel. */
const notChannels: ReadonlySet<string> = new Set(['time', 'received', 'device']);

/**
 * Reads a header: `time`, one column for each channel or `value`, and, where there are, `device` and `received`. A
 * channel goes by its name or its label, with a unit if it is not its own: `level[m]`, `level (m)`, `level_m`.
 * @throws TocsinError DATA_INVALID that says what is missing and what is allowed.
 */
export function readHeader(header: readonly string[], type: DeviceType, choice: ColumnChoice): Columns {
  const columns: Columns = {
    count: header.length,
    time: -1,
    received: null,
    device: null,
    channels: [],
    long: null,
    ignored: [],
    guess: null,
  };
  let value: number | null = null;
  let name: number | null = null;
  header.forEach((raw, index) => {
    const text = raw.trim();
    const meant = choice.named.get(text) ?? text;
    const key = (notChannels.has(meant) ? meant : text).toLowerCase().replace(/[\s_-]/g, '');
    const found = channelOf(meant, type);
    if (choice.named.has(text) && !found && !notChannels.has(meant))
      throw unknownChannel(`--column ${text}=${choice.named.get(text)}`, type);
    if (found) columns.channels.push({ index, ...found });
    else if (columns.time < 0 && timeNames.includes(key)) columns.time = index;
    else if (columns.received === null && receivedNames.includes(key)) columns.received = index;
    else if (columns.device === null && deviceNames.includes(key)) columns.device = index;
    else if (name === null && channelNames.includes(key)) name = index;
    else if (value === null && valueNames.includes(unitSplit(key).name)) value = index;
    else columns.ignored.push(text);
  });
  if (columns.time < 0)
    throw invalid(
      `There is no column with the time. The first line must name the columns, such as time,${type.channels[0]!.name}; here it is: ${header.join(',').slice(0, 200)}. A column that is headed otherwise: --column <header>=time.`,
    );
  if (value !== null) takeValue(columns, value, name, header, type, choice);
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
  index: number,
  name: number | null,
  header: readonly string[],
  type: DeviceType,
  choice: ColumnChoice,
): void {
  if (name !== null) {
    columns.long = { name, value: index };
    return;
  }
  if (columns.channels.length > 0) {
    columns.ignored.push(header[index]!.trim());
    return;
  }
  const chosen =
    choice.channel ?? type.channels.find((channel) => channel.kind === 'number')?.name ?? type.channels[0]!.name;
  const { unit } = unitSplit(header[index]!.trim());
  const found = channelOf(unit === null ? chosen : `${chosen}[${unit}]`, type);
  if (!found) throw unknownChannel(`--channel ${chosen}`, type);
  columns.channels.push({ index, ...found });
  if (choice.channel === null && type.channels.length > 1)
    columns.guess = `The column ${header[index]!.trim()} was taken for ${chosen}; --channel says otherwise.`;
}

/** The channel that a header names, and the scale of its unit. */
function channelOf(text: string, type: DeviceType): { channel: Channel; scale: Scale } | null {
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

function scaleFor(channel: Channel, unit: string, text: string): Scale {
  const [from, to] = [unitOf(unit), unitOf(channel.unit)];
  if (from && to && from.dimension === to.dimension) return scaleBetween(from, to);
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
