import { z } from 'zod';
import { Text, Tier } from './basics.ts';

export const Polygon = z.object({
  type: z.literal('Polygon'),
  coordinates: z.array(z.array(z.tuple([z.number(), z.number()]))),
});

export const Area = z.object({
  id: z.string(),
  tier: Tier,
  parentId: z.string().nullable(),
  name: Text,
  polygon: Polygon,
});
export type Area = z.infer<typeof Area>;

export const Duty = z.object({
  id: z.string(),
  areaId: z.string(),
  personId: z.string(),
  days: z.string().regex(/^[1-7]{1,7}$/),
  fromMinute: z.int().min(0).max(1440),
  toMinute: z.int().min(0).max(1440),
});
export type Duty = z.infer<typeof Duty>;
