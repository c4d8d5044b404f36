import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { SimulatorError } from './simulator-error.ts';

/** Reads a YAML file against its schema; throws SimulatorError that names the file and what is wrong in it. */
export function readYaml<T extends z.ZodType>(file: string, schema: T): z.output<T> {
  let value: unknown;
  try {
    value = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new SimulatorError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new SimulatorError(`${file}:\n${z.prettifyError(result.error)}`);
}

const factors: Record<string, number> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds from `90 s`, `10 min`, `24 h`; `-12 min` where a moment may lie before the start. Null for other text. */
export function durationOf(text: string): number | null {
  const match = /^(-?\d+(?:\.\d+)?)\s*(ms|s|min|h|d)$/.exec(text.trim());
  return match ? Number(match[1]) * factors[match[2]!]! : null;
}

/** A duration in a file; milliseconds inside. */
export const Span = z.string().transform((text, context) => {
  const ms = durationOf(text);
  if (ms !== null) return ms;
  context.addIssue({ code: 'custom', message: `"${text}" is no duration; write it as "90 s", "10 min" or "24 h"` });
  return z.NEVER;
});
