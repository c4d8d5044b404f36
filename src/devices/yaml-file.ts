import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Document, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { TocsinError } from '../shared/errors.ts';
import { plainWords } from './plain-words.ts';

/** Folders of device types are small; anything larger is a mistake. */
const maxBytes = 1_048_576;

/**
 * Reads a YAML file of a device type's folder against its schema.
 * @param entry what the entries are, in a file that is a list: they are named by id or name, not counted
 * @throws TocsinError DEVICE_TYPE_INVALID that names file, line, path and what is allowed, one line per mistake.
 */
export function readYaml<T extends z.ZodType>(file: string, schema: T, entry = 'entry'): z.output<T> {
  const shown = join(basename(dirname(file)), basename(file));
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new TocsinError('DEVICE_TYPE_INVALID', `${shown}: the file is missing or cannot be read`, { file: shown });
  }
  return parseYaml(text, shown, schema, entry);
}

/**
 * As `readYaml`, for text that is no file of its own.
 * @param shown what stands before the number of a line in messages
 * @throws TocsinError DEVICE_TYPE_INVALID.
 */
export function parseYaml<T extends z.ZodType>(text: string, shown: string, schema: T, entry = 'entry'): z.output<T> {
  const fail = (lines: string[]): never => {
    throw new TocsinError('DEVICE_TYPE_INVALID', lines.join('\n'), { file: shown });
  };
  if (text.length > maxBytes) return fail([`${shown}: the file is larger than ${maxBytes} bytes`]);
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter });
  if (document.errors.length > 0) {
    const sentence = ({ code, message, pos: [from] }: (typeof document.errors)[number]) =>
      code === 'DUPLICATE_KEY'
        ? `${text.slice(from).split(':')[0]!.trim()}: is there twice`
        : message.split('\n')[0]!.replace(/ at line \d+, column \d+:$/, '');
    const tab = text.split(/\r?\n/).findIndex((line) => /^ *\t/.test(line));
    return fail([
      ...(tab < 0 ? [] : [`${shown}:${tab + 1}: the line begins with a tab; YAML is indented with spaces`]),
      ...document.errors.map((e) => `${shown}:${e.linePos?.[0].line ?? 1}: ${sentence(e)}`),
    ]);
  }
  let value: unknown;
  try {
    value = document.toJS();
  } catch (error) {
    return fail([`${shown}: ${error instanceof Error ? error.message : String(error)}`]);
  }
  const result = schema.safeParse(value, { error: plainWords });
  if (result.success) return result.data;
  return fail(
    result.error.issues.map((issue) => {
      const path = issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key));
      const { line } = counter.linePos(offsetOf(document, path));
      return `${shown}:${line}: ${placeOf(value, path, entry)}${issue.message}`;
    }),
  );
}

/** Where the key of a place stands, or its entry in a list; of a place that is missing, what should hold it. */
function offsetOf(document: Document, path: readonly (string | number)[]): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (!pair) break;
      offset = isScalar(pair.key) ? (pair.key.range?.[0] ?? offset) : offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      const range = (node as { range?: [number] } | undefined)?.range;
      if (!range) break;
      offset = range[0];
    } else break;
  }
  return offset;
}

/** `rule "door": clear: ` in a list of rules, `channels.level.unit: ` elsewhere; nothing for the file as a whole. */
function placeOf(value: unknown, path: (string | number)[], entry: string): string {
  const [index, ...rest] = path;
  if (typeof index !== 'number') return path.length > 0 ? `${path.join('.')}: ` : '';
  const { id, name } = ((value as unknown[])[index] ?? {}) as { id?: unknown; name?: unknown };
  const called = [id, name].find((one) => typeof one === 'string');
  const which = called === undefined ? `${entry} ${index + 1}` : `${entry} "${called}"`;
  return rest.length > 0 ? `${which}: ${rest.join('.')}: ` : `${which}: `;
}
