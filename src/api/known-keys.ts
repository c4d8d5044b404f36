import type { FastifySchemaCompiler } from 'fastify';
import { validatorCompiler } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { TocsinError } from '../shared/errors.ts';

/**
 * Checks what a request brings, and refuses keys of a body or a query that the route does not have: a `dryrun` that is
 * taken no notice of would be a replay that corrects the record.
 */
export const strictValidatorCompiler: FastifySchemaCompiler<z.ZodType> = (route) => {
  const validate = validatorCompiler(route);
  const named = route.httpPart === 'body' || route.httpPart === 'querystring' ? keysOf(route.schema) : null;
  if (!named) return validate;
  const keys = new Set(named);
  return (data: unknown) => {
    const unknown = isRecord(data) ? Object.keys(data).find((key) => !keys.has(key)) : undefined;
    return unknown === undefined ? validate(data) : { error: unknownKey(unknown, named, route.httpPart!) };
  };
};

/** The keys that an object may have, whichever of several it is; null for what is no object, or takes any key. */
function keysOf(schema: unknown): string[] | null {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return keysOf(schema.unwrap());
  if (schema instanceof z.ZodObject) return schema.def.catchall ? null : Object.keys(schema.shape);
  if (!(schema instanceof z.ZodUnion)) return null;
  const all = schema.options.map(keysOf);
  return all.includes(null) ? null : [...new Set(all.flat() as string[])];
}

function isRecord(data: unknown): data is Record<string, unknown> {
  return typeof data === 'object' && data !== null && !Array.isArray(data);
}

function unknownKey(key: string, keys: readonly string[], httpPart: string): TocsinError {
  const where = httpPart === 'body' ? 'body' : 'query';
  const path = `${where}.${key.slice(0, 60)}`;
  const problem = `is not known here; known are ${keys.join(', ')}`;
  return new TocsinError('REQUEST_INVALID', `${path}: ${problem}`, { problems: [{ path, problem }] });
}
