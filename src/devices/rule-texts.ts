import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, isSeq, LineCounter, parseDocument } from 'yaml';

/**
 * The rules of a device type's folder as they are written there: rule id → the entry's own text, comments included,
 * without its dash and indentation. Empty when there is no `rules.yaml` that can be read.
 */
export function folderRuleTexts(folder: string, deviceType: string): Map<string, string> {
  const file = join(folder, 'rules.yaml');
  const texts = new Map<string, string>();
  if (!existsSync(file)) return texts;
  const source = readFileSync(file, 'utf8');
  const counter = new LineCounter();
  const { contents } = parseDocument(source, { lineCounter: counter });
  for (const item of isSeq(contents) ? contents.items : [contents]) {
    if (!isMap(item) || !item.range) continue;
    const [start, , end] = item.range;
    const margin = ' '.repeat(counter.linePos(start).col - 1);
    const lines = source.slice(start, end).split('\n');
    const text = lines.map((line) => (line.startsWith(margin) ? line.slice(margin.length) : line.trimStart()));
    texts.set(`${deviceType}/${String(item.get('id'))}`, `${text.join('\n').trimEnd()}\n`);
  }
  return texts;
}
