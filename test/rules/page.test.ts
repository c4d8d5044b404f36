import { describe, expect, test } from 'vitest';
import { loadDeviceTypes } from '../../src/devices/registry.ts';
import { compileType } from '../../src/rules/compile.ts';
import { functions } from '../../src/rules/language/functions/table.ts';
import { examples, judged, pageTypes, readTimeline, rulesOf } from './page.ts';

const blocks = examples();
/** Those of Tocsin, and those that the page makes. */
const types = new Map(loadDeviceTypes('devices').types);
for (const [id, type] of pageTypes(blocks)) types.set(id, type);
const typeOf = (id: string) => ({ ...types.get(id)!, others: () => types });

describe('docs/rules.md', () => {
  const conditions = blocks
    .filter(({ kind }) => kind === 'conditions')
    .flatMap(({ type, text }) =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => [type, line.split(/\s+#/)[0]!.trim()] as const),
    );

  test.each(conditions)('%s: %s', (id, when) => {
    const type = typeOf(id);
    const [rule] = rulesOf({ line: 0, kind: 'yaml', type: id, text: '- { id: r, severity: red, when: "true" }' }, type);
    const level = { ...rule!.levels[0]!, when };
    expect(compileType({ ...type, rules: [{ ...rule!, levels: [level] }] }).problems).toEqual([]);
  });

  test('has every function', () => {
    const text = conditions.map(([, when]) => when).join('\n');
    const missing = [...functions.keys()].filter((name) => {
      const [word, part] = name.split('.');
      return !text.includes(`${word}(`) || (['score', 'kind'].includes(part!) && !text.includes(`.${part}`));
    });
    expect(missing).toEqual([]);
  });

  const rules = blocks.filter(({ kind }) => kind === 'yaml');
  test.each(rules.map((block) => [block.line, block] as const))('the rules of line %i compile', (_, block) => {
    const type = typeOf(block.type);
    expect(compileType({ ...type, rules: rulesOf(block, type) }).problems).toEqual([]);
  });

  const timelines = blocks.flatMap((block, i) =>
    block.kind === 'timeline' ? [[block.line, block, blocks[i - 1]!] as const] : [],
  );
  test('has timelines', () => expect(timelines.length).toBeGreaterThan(12));
  test.each(timelines)('the timeline of line %i', (_, block, before) => {
    const type = typeOf(before.type);
    const { steps, expected } = readTimeline(block);
    expect(judged(type, rulesOf(before, type), steps)).toEqual(expected);
  });

  test('shows a mistake as it is told', () => {
    const type = typeOf('flood-gauge');
    const [block] = rules;
    const [rule] = rulesOf({ ...block!, text: block!.text.replace('level >= 27', 'leve >= 27') }, type);
    const [problem] = compileType({ ...type, rules: [rule!] }).problems;
    expect(blocks.find(({ kind }) => kind === 'text')!.text.trimEnd()).toMatch(
      new RegExp(`^\\S+:\\d+: ${escaped(problem!.message)}$`),
    );
  });
});

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
