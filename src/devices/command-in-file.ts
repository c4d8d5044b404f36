import { z } from 'zod';
import { TextInFile } from './schema-parts.ts';

const Name = z
  .string()
  .regex(/^[a-z][a-z0-9]*([_-][a-z0-9]+)*$/, 'small letters, digits and single hyphens or underscores, such as show')
  .max(64);

/** Two of one name could not be told apart. */
function named<T extends z.ZodObject<{ name: typeof Name }>>(item: T) {
  return z.array(item).superRefine((items, context) => {
    const names = items.map(({ name }) => name);
    for (const [index, name] of names.entries()) {
      if (names.indexOf(name) === index) continue;
      context.addIssue({ code: 'custom', path: [index, 'name'], message: `there is a "${name}" already` });
    }
  });
}

const ArgumentInFile = z
  .strictObject({
    name: Name,
    label: TextInFile,
    kind: z.enum(['text', 'number', 'switch']).default('text'),
    required: z.boolean().default(true),
    maxLength: z.int().min(1).optional(),
  })
  .refine(({ kind, maxLength }) => kind === 'text' || maxLength === undefined, {
    path: ['maxLength'],
    error: 'only a text has a maxLength',
  });

/** What `device.yaml` says under `commands`. */
export const CommandsInFile = named(
  z.strictObject({ name: Name, label: TextInFile, arguments: named(ArgumentInFile).default([]) }),
);
