import { z } from 'zod';
import type { Channel } from '../model/channel.ts';
import { type ChannelPath, type DeviceType, defaultLatenessMs } from '../model/device-type.ts';
import { gases, gasScale } from '../model/gases.ts';
import { type Scale, unitOf } from '../model/units.ts';
import { CommandsInFile } from './command-in-file.ts';
import { DurationInFile, IdInFile, TextInFile, UnitInFile } from './schema-parts.ts';
import { ownUnit, scaleBetween } from './value.ts';
import { readYaml } from './yaml-file.ts';

const channelName = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;

/** Words that a payload or a rule already uses for something else. */
const taken = new Set(['time', 'samples', 'rate', 'delta', 'avg', 'min', 'max', 'sum', 'baseline', 'true', 'false']);

const ChannelInFile = z
  .strictObject({
    label: TextInFile,
    unit: UnitInFile.default('1'),
    kind: z.enum(['number', 'switch']).default('number'),
    momentary: z.boolean().optional(),
    states: z.strictObject({ on: TextInFile, off: TextInFile }).optional(),
    min: z.number().optional(),
    max: z.number().optional(),
    resolution: z.number().positive('above 0: how fine the sensor is, in its unit').optional(),
    baseline: z.boolean().default(false),
    lifeSafety: z.boolean().optional(),
  })
  .superRefine(({ kind, momentary, states, min, max, unit, resolution, baseline }, context) => {
    const issue = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (kind !== 'switch' && states) issue('states', 'only a switch has states; add kind: switch');
    if (kind !== 'switch' && momentary)
      issue('momentary', 'only a switch is momentary, as a button is; add kind: switch');
    if (kind === 'switch') {
      if (min !== undefined || max !== undefined) issue('min', 'a switch is 0 or 1: leave min and max out');
      if (unit !== '1') issue('unit', 'a switch has no unit');
      if (resolution !== undefined) issue('resolution', 'a switch is 0 or 1: leave resolution out');
      if (baseline) issue('baseline', 'only numbers have a baseline');
    } else if (min === undefined || max === undefined) {
      issue('min', 'a number needs min and max: the range that the sensor can physically say, in its unit');
    } else if (min >= max) issue('max', `max must be above min, ${min}`);
  });

const MapInFile = z.strictObject({
  path: z
    .string()
    .regex(/^[^.]+(\.[^.]+){0,7}$/, 'keys joined by dots, at most 8 deep, such as data.wl')
    .transform((text) => text.split('.')),
  unit: UnitInFile.optional(),
  /** Which gas it is: then ppm, %, %LEL and mg/m3 are converted into each other. */
  gas: z.enum(Object.keys(gases)).optional(),
});

/** Of each device so much of the past is kept in memory. */
const mostLatenessMs = 2 * 86_400_000;

const TypeFile = z.strictObject({
  id: IdInFile,
  name: TextInFile,
  maker: z.string().default(''),
  domain: z.string().default(''),
  period: DurationInFile.refine((ms) => ms > 0, 'the period must be above 0'),
  lateness: DurationInFile.default(defaultLatenessMs).refine(
    (ms) => ms <= mostLatenessMs,
    'at most 2 d: what is older is judged by decoding frames again',
  ),
  channels: z.record(z.string(), ChannelInFile),
  map: z.record(z.string(), MapInFile).default({}),
  commands: CommandsInFile.default([]),
});

/**
 * Reads `device.yaml`.
 * @throws TocsinError DEVICE_TYPE_INVALID.
 */
export function readTypeFile(file: string): DeviceType {
  const checked = TypeFile.superRefine((parsed, context) => {
    const issue = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    const names = Object.keys(parsed.channels);
    if (names.length === 0) issue(['channels'], 'a device type needs at least one channel');
    for (const name of names) {
      if (!channelName.test(name)) issue(['channels', name], 'names are in snake_case, such as water_level');
      else if (taken.has(name)) issue(['channels', name], `"${name}" means something else in payloads or rules`);
    }
    for (const [name, { unit, gas }] of Object.entries(parsed.map)) {
      const channel = parsed.channels[name];
      if (name === 'time') {
        if (unit !== undefined) issue(['map', name, 'unit'], 'a time has no unit here');
      } else if (!channel) issue(['map', name], `there is no such channel; there are ${names.join(', ')}, and time`);
      else if (unit !== undefined && !scaleOf(unit, channel.unit, gas)) {
        issue(['map', name, 'unit'], `${unit} cannot be converted to the channel's unit, ${channel.unit}`);
      }
    }
  });
  const { id, name, maker, domain, period, lateness, channels, map, commands } = readYaml(file, checked);
  const list = Object.entries(channels).map(
    ([name, { min, max, ...rest }]): Channel => ({ name, min: min ?? 0, max: max ?? 1, ...rest }),
  );
  const channelByName = new Map(list.map((channel) => [channel.name, channel]));
  const type: DeviceType = {
    id,
    name,
    maker,
    domain,
    periodMs: period,
    latenessMs: lateness,
    channels: list,
    channelByName,
    commands,
    rules: [],
  };
  const paths = Object.entries(map).map(([channel, { path, unit, gas }]): ChannelPath => {
    return { channel, path, ...scaleOf(unit, channelByName.get(channel)?.unit, gas)! };
  });
  if (paths.length > 0) type.map = paths;
  return type;
}

/** A value without a unit in the file comes in the channel's own; `time` has none. Null when it cannot be converted. */
function scaleOf(from: string | undefined, to: string | undefined, gas: string | undefined): Scale | null {
  if (from === undefined || to === undefined) return ownUnit;
  const [source, target] = [unitOf(from), unitOf(to)];
  if (!source || !target) return null;
  if (source.dimension === target.dimension) return scaleBetween(source, target);
  return gas === undefined ? null : gasScale(gases[gas]!, source, target);
}
