import { z } from 'zod';
import { unitNames, unitOf } from '../model/units.ts';
import { parseDuration } from '../shared/duration.ts';
import { both } from './both-languages.ts';

/** Pieces that the files of a device type's folder have in common. */

const needed = {
  zh: '两种语言都要写：{ zh: 水位, en: Level }',
  en: 'both languages are needed: { zh: 水位, en: Level }',
};
const bothLanguages = both(needed);
const missing = both({ zh: `缺少，${needed.zh}`, en: `is missing, ${needed.en}` });
const OneLanguage = z.string(bothLanguages).min(1, bothLanguages);
export const TextInFile = z.strictObject(
  { zh: OneLanguage, en: OneLanguage },
  {
    error: ({ code, input }) => (code === 'invalid_type' ? (input === undefined ? missing : bothLanguages) : undefined),
  },
);

const aDuration = both({
  zh: '需要一个时长，如 "30 s"、"10 min" 或 "12 h"',
  en: 'a duration such as "30 s", "10 min" or "12 h"',
});
/** A duration as people write it; milliseconds inside. */
export const DurationInFile = z.string(aDuration).transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== null) return ms;
  context.addIssue({
    code: 'custom',
    message: both({
      zh: `“${text}” 不是时长；写成 "30 s"、"10 min"、"12 h" 或 "7 d"`,
      en: `"${text}" is no duration; write it as "30 s", "10 min", "12 h" or "7 d"`,
    }),
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
  .string(
    both({
      zh: '名称由小写字母、数字和单个连字符组成，如 flood-gauge',
      en: 'a name of small letters, digits and single hyphens, such as flood-gauge',
    }),
  )
  .regex(
    idPattern,
    both({
      zh: '只用小写字母、数字和单个连字符，如 flood-gauge',
      en: 'small letters, digits and single hyphens, such as flood-gauge',
    }),
  )
  .max(64, both({ zh: '最多 64 个字符', en: '64 characters at most' }));
