import { z } from 'zod';
import { unitNames, unitOf } from '../model/units.ts';
import { parseDuration } from '../shared/duration.ts';

/** Pieces that the files of a device type's folder have in common. */

const bothLanguages = 'both languages are needed: { zh: 水位, en: Level }';
const OneLanguage = z.string(bothLanguages).min(1, bothLanguages);
export const TextInFile = z.strictObject(
  { zh: OneLanguage, en: OneLanguage },
  { error: ({ code }) => (code === 'invalid_type' ? bothLanguages : undefined) },
);

/** A duration as people write it; milliseconds inside. */
export const DurationInFile = z.string('a duration such as "30 s", "10 min" or "12 h"').transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== null) return ms;
  context.addIssue({
    code: 'custom',
    message: `"${text}" is no duration; write it as "30 s", "10 min", "12 h" or "7 d"`,
  });
  return z.NEVER;
});

/** A unit as people write it; its UCUM code inside. */
export const UnitInFile = z.string().transform((text, context) => {
  const unit = unitOf(text);
  if (unit) return unit.code;
  const message = `"${text}" is no unit that is known; known are ${unitNames.join(', ')} and quotients of them such as mg/m3`;
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

/** Folder names, and with them type ids and the first half of rule ids. */
const idPattern = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
export const IdInFile = z
  .string('a name of small letters, digits and single hyphens, such as flood-gauge')
  .regex(idPattern, 'small letters, digits and single hyphens, such as flood-gauge')
  .max(64, '64 characters at most');
