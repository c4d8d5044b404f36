import { z } from 'zod';
import { Text } from './basics.ts';
import { Rule } from './rules.ts';

export const Channel = z.object({
  name: z.string(),
  label: Text,
  unit: z.string(),
  kind: z.enum(['number', 'switch']),
  /** What on and off are called for this switch; absent where on and off will do. */
  states: z.object({ on: Text, off: Text }).optional(),
  min: z.number(),
  max: z.number(),
  baseline: z.boolean(),
});
export type Channel = z.infer<typeof Channel>;

/** Something that devices of a type can be told to do. */
export const CommandDefinition = z.object({
  name: z.string(),
  label: Text,
  arguments: z.array(
    z.object({
      name: z.string(),
      label: Text,
      kind: z.enum(['text', 'number', 'switch']),
      required: z.boolean(),
      maxLength: z.int().optional(),
    }),
  ),
});
export type CommandDefinition = z.infer<typeof CommandDefinition>;

export const DeviceType = z.object({
  id: z.string(),
  name: Text,
  periodMs: z.number(),
  channels: z.array(Channel),
  /** Empty for devices that obey nothing. */
  commands: z.array(CommandDefinition),
  rules: z.array(Rule),
});
export type DeviceType = z.infer<typeof DeviceType>;
