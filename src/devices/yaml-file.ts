import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Document, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import type { Text } from '../model/text.ts';
import { sentence } from './both-languages.ts';
import { type MistakeInFile, MistakesInFile } from './mistakes-in-file.ts';
import { plainWords } from './plain-words.ts';
import { yamlMistakes } from './yaml-syntax.ts';

/** What the entries of a file are, as they are named in messages. */
const entries = { entry: '条目', rule: '规则', example: '示例' };
type Entry = keyof typeof entries;

/** Folders of device types are small; anything larger is a mistake. */
const maxBytes = 1_048_576;

/**
 * Reads a YAML file of a device type's folder against its schema.
 * @param entry what the entries are, in a file that is a list: they are named by id or name, not counted
 * @throws MistakesInFile DEVICE_TYPE_INVALID that names file, line, path and what is allowed.
 */
export function readYaml<T extends z.ZodType>(file: string, schema: T, entry: Entry = 'entry'): z.output<T> {
  const { text, shown } = textOf(file);
  return parseYaml(text, shown, schema, entry);
}

/**
 * The text of a file, and what it is called in messages.
 * @throws MistakesInFile DEVICE_TYPE_INVALID.
 */
export function textOf(file: string, called?: string): { text: string; shown: string } {
  const shown = called ?? join(basename(dirname(file)), basename(file));
  try {
    return { text: readFileSync(file, 'utf8'), shown };
  } catch {
    const text = { zh: '文件不存在或无法读取', en: 'the file is missing or cannot be read' };
    throw new MistakesInFile(shown, [{ line: null, text }]);
  }
}

/**
 * As `readYaml`, for text that is no file of its own.
 * @param shown what stands before the number of a line in messages
 * @throws MistakesInFile DEVICE_TYPE_INVALID.
 */
export function parseYaml<T extends z.ZodType>(
  text: string,
  shown: string,
  schema: T,
  entry: Entry = 'entry',
): z.output<T> {
  const fail = (mistakes: MistakeInFile[]): never => {
    throw new MistakesInFile(shown, mistakes);
  };
  const whole = (text: Text) => fail([{ line: null, text }]);
  if (text.length > maxBytes)
    return whole({ zh: `文件超过 ${maxBytes} 字节`, en: `the file is larger than ${maxBytes} bytes` });
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter });
  if (document.errors.length > 0) return fail(yamlMistakes(text, document.errors));
  let value: unknown;
  try {
    value = document.toJS();
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return whole({ zh: `YAML 的写法有误（${found}）`, en: found });
  }
  const result = schema.safeParse(value, { error: plainWords });
  if (result.success) return result.data;
  return fail(
    result.error.issues.map((issue) => {
      const path = issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key));
      const { line } = counter.linePos(offsetOf(document, path));
      const [place, told] = [placeOf(value, path, entry), sentence(issue.message)];
      return { line, text: { zh: `${place.zh}${told.zh}`, en: `${place.en}${told.en}` } };
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
function placeOf(value: unknown, path: (string | number)[], entry: Entry): Text {
  const [index, ...rest] = path;
  if (typeof index !== 'number') return keys(path);
  const { id, name } = ((value as unknown[])[index] ?? {}) as { id?: unknown; name?: unknown };
  const called = [id, name].find((one) => typeof one === 'string');
  const { zh, en } = keys(rest);
  return called === undefined
    ? { zh: `第 ${index + 1} 个${entries[entry]}：${zh}`, en: `${entry} ${index + 1}: ${en}` }
    : { zh: `${entries[entry]} “${called}”：${zh}`, en: `${entry} "${called}": ${en}` };
}

function keys(path: readonly (string | number)[]): Text {
  return path.length > 0 ? { zh: `${path.join('.')}：`, en: `${path.join('.')}: ` } : { zh: '', en: '' };
}
