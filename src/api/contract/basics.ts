import { z } from 'zod';
import { tiers } from '../../model/area.ts';
import { roles } from '../../model/role.ts';
import { severities } from '../../model/severity.ts';

export const Text = z.object({ zh: z.string(), en: z.string() });
export type Text = z.infer<typeof Text>;

export const Time = z.int().min(0).describe('milliseconds since the epoch');

/** How many, or the place in a sequence. */
export const Count = z.int().min(0);

export const Severity = z.enum(severities);
export type Severity = z.infer<typeof Severity>;

export const Tier = z.enum(tiers);

export const Role = z.enum(roles);

export const Note = z.object({ note: z.string().max(2000).optional() });

export const ApiError = z.object({
  code: z.string(),
  message: z.string(),
  text: Text.optional().describe('the message in both languages, where it is said in both'),
  detail: z.record(z.string(), z.unknown()).optional(),
});
export type ApiError = z.infer<typeof ApiError>;
