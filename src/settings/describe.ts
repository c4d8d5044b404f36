import { z } from 'zod';
import { writeDuration } from '../shared/duration.ts';
import { bare, type Setting } from './names.ts';

/** Last parts of the names of settings whose values are never shown. */
const secretNames = new Set(['secret', 'token', 'adminPassword']);

/** A setting's value for a message to people: secrets and passwords in addresses are masked. */
export function show(path: string, value: unknown): string {
  if (secretNames.has(path.split('.').at(-1)!)) return '***';
  const text = JSON.stringify(value) ?? String(value);
  return text.replaceAll(/(\/\/)[^/@"]*@/g, '$1***@');
}

/** A setting's value in force, as it would be written in the settings file; `-` for none. */
export function inForce(setting: Setting, settings: object): string {
  const value = setting.path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], settings);
  if (value === undefined) return '-';
  return typeof value === 'number' && isDuration(setting) ? writeDuration(value) : show(setting.path, value);
}

/** What a setting may be, for people: `a whole number from 0 to 65535`. */
export function allowed(setting: Setting): string {
  const schema = bare(setting.schema);
  if (schema instanceof z.ZodEnum) return `${schema.options.length > 1 ? 'one of ' : ''}${schema.options.join(', ')}`;
  if (schema instanceof z.ZodUnion) {
    const options = schema.options.map((option) => allowed({ ...setting, schema: option }));
    return options.some((option) => option === 'text') ? 'true or false' : options.join(' or ');
  }
  if (schema instanceof z.ZodURL) return 'an address such as https://tocsin.example';
  if (schema instanceof z.ZodNumber) {
    const { minValue: min, maxValue: max } = schema;
    return max === null || max >= Number.MAX_SAFE_INTEGER
      ? `a whole number, at least ${min}`
      : `a whole number from ${min} to ${max}`;
  }
  if (isDuration(setting)) return 'a duration such as "30 s", "10 min", "12 h" or "7 d"';
  if (schema instanceof z.ZodString && schema.minLength) return `text of at least ${schema.minLength} characters`;
  return 'text';
}

/** A duration is the one kind of setting that is written as text and becomes something else. */
function isDuration(setting: Setting): boolean {
  return setting.schema instanceof z.ZodPipe && setting.schema.out instanceof z.ZodTransform;
}
