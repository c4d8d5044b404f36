import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readYaml, Span } from './yaml-file.ts';

/** `07:30` as minutes after midnight. */
const Hour = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'an hour such as "07:30"')
  .transform((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)));
const Hours = z
  .string()
  .regex(/^\d\d:\d\d-\d\d:\d\d$/, 'hours such as "10:30-14:00"')
  .transform((text) => text.split('-').map((hour) => Hour.parse(hour)) as [number, number]);
/** Values at hours, straight lines between them. */
const Curve = z.record(z.string(), z.number()).transform((curve) =>
  Object.entries(curve)
    .map(([hour, value]) => ({ minute: Hour.parse(hour), value }))
    .sort((a, b) => a.minute - b.minute),
);

const level = {
  mean: z.number().optional(),
  curve: Curve.optional(),
  /** How far devices differ from each other. */
  spread: z.number().min(0).default(0),
  /** Standard deviation of one reading around the value. */
  noise: z.number().min(0).default(0),
  /** A slow drift around the value: its deviation, and over which time it forgets. */
  walk: z.strictObject({ deviation: z.number(), over: Span }).optional(),
};
const needsMean = (of: { mean?: number | undefined; curve?: unknown }) =>
  of.mean !== undefined || of.curve !== undefined;
const Level = z.strictObject(level).refine(needsMean, 'either mean or curve');

const Quantity = z
  .strictObject({
    ...level,
    /** The value is an amount an hour; a reading is what came together since the last one. */
    perHour: z.boolean().default(false),
    min: z.number().default(0),
    max: z.number().optional(),
    decimals: z.int().min(0).max(9).default(2),
    /** Another behaviour as long as a switch is on. */
    while: z
      .strictObject({ channel: z.string(), ...level })
      .refine(needsMean, 'either mean or curve')
      .optional(),
  })
  .refine(needsMean, 'either mean or curve');
const Place = z.strictObject({
  place: z.enum(['latitude', 'longitude']),
  noise: z.number().min(0).default(0),
  decimals: z.int().min(0).max(9).default(5),
});
const ByTheClock = z.strictObject({ hours: z.array(Hours).min(1), jitter: Span.default(0) });
const Like = z.strictObject({ like: z.string() });
const Always = z.strictObject({ always: z.boolean() });

export type LevelBehaviour = z.output<typeof Level>;
export type Quantity = z.output<typeof Quantity>;
export type ChannelBehaviour = z.output<
  typeof Quantity | typeof Place | typeof ByTheClock | typeof Like | typeof Always
>;

const SimulatorFile = z.strictObject({
  channels: z.record(z.string(), z.union([Quantity, Place, ByTheClock, Like, Always])),
  commands: z.record(z.string(), z.record(z.string(), z.union([z.number(), z.boolean()]))).default({}),
});
/** What the simulator wants to know of `device.yaml`; Tocsin checks the rest. */
const DeviceFile = z.object({
  period: Span,
  name: z.object({ zh: z.string(), en: z.string() }),
  channels: z.record(z.string(), z.object({ kind: z.string().optional() })),
  commands: z.array(z.object({ name: z.string() })).default([]),
});

/** How devices of one type behave when nothing is wrong. */
export interface TypeBehaviour {
  type: string;
  name: { zh: string; en: string };
  periodMs: number;
  channels: Record<string, ChannelBehaviour>;
  /** Command → channels that change, and their new values. */
  commands: Record<string, Record<string, number | boolean>>;
}

/**
 * Reads how every device type behaves; types without a `simulator.yaml` are left out.
 * @throws SimulatorError that names the file.
 */
export function loadBehaviours(dir: string): Map<string, TypeBehaviour> {
  const behaviours = new Map<string, TypeBehaviour>();
  for (const folder of readdirSync(dir).sort()) {
    const file = join(dir, folder, 'simulator.yaml');
    if (!existsSync(file)) continue;
    const device = readYaml(join(dir, folder, 'device.yaml'), DeviceFile);
    const known = new Set(Object.keys(device.channels));
    const checked = SimulatorFile.superRefine(({ channels, commands }, context) => {
      const named = [...Object.keys(channels), ...Object.values(commands).flatMap((values) => Object.keys(values))];
      for (const name of named) {
        if (known.has(name)) continue;
        context.addIssue({ code: 'custom', path: ['channels', name], message: `device.yaml has no channel "${name}"` });
      }
      // Both ways: Tocsin sends what device.yaml names and nothing else.
      const declared = device.commands.map(({ name }) => name);
      const obeyed = Object.keys(commands);
      const issue = (name: string, message: string) =>
        context.addIssue({ code: 'custom', path: ['commands', name], message });
      for (const name of obeyed) if (!declared.includes(name)) issue(name, `device.yaml has no command "${name}"`);
      for (const name of declared)
        if (!obeyed.includes(name)) issue(name, `say what changes at the command "${name}" of device.yaml, or {}`);
    });
    const { channels, commands } = readYaml(file, checked);
    behaviours.set(folder, { type: folder, name: device.name, periodMs: device.period, channels, commands });
  }
  return behaviours;
}
