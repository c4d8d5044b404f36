import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkDeviceType } from '../../src/devices/check.ts';
import { loadDeviceTypes } from '../../src/devices/registry.ts';
import { convert } from '../../src/model/units.ts';

const dir = join(import.meta.dirname, '../../devices');
const folders = readdirSync(dir);

test.each(folders)('the examples of %s come out as they say', (folder) => {
  const { checked, failures } = checkDeviceType(join(dir, folder));
  expect(failures).toEqual([]);
  expect(checked).toBeGreaterThanOrEqual(3);
});

test('every folder is a device type', ({ annotate }) => {
  const { types, problems } = loadDeviceTypes(dir);
  expect(problems).toEqual([]);
  expect([...types.keys()].sort()).toEqual(folders.sort());
  const rules = [...types.values()].reduce((sum, type) => sum + type.rules.length, 0);
  annotate(`checked ${types.size} device types with ${rules} rules`);
  expect(rules).toBeGreaterThanOrEqual(25);
});

test('every type that is installed to warn says when it falls silent, and every rule says where it is from', () => {
  for (const type of loadDeviceTypes(dir).types.values()) {
    expect(type.rules.filter(({ silentForMs }) => silentForMs !== null).map(({ id }) => id)).toEqual([
      `${type.id}/silent`,
    ]);
    for (const rule of type.rules) {
      expect(rule.source.en.length, rule.id).toBeGreaterThan(10);
      expect(rule.source.zh, rule.id).toMatch(/[\u4e00-\u9fff]{4}/);
      // What is our own choice says so in both languages.
      expect(rule.source.zh.includes('本项目的默认值'), rule.id).toBe(
        /defaults? of this project/i.test(rule.source.en),
      );
      expect(rule.advice.zh, rule.id).toMatch(/[\u4e00-\u9fff]/);
      // A device that reports as seldom as it may is not silent, and its holds do not break.
      if (rule.silentForMs !== null) expect(rule.silentForMs, rule.id).toBeGreaterThanOrEqual(3 * type.periodMs);
      expect(rule.maxGapMs, rule.id).toBeGreaterThanOrEqual(3 * type.periodMs);
    }
  }
});

test('the limit for hydrogen sulphide is the one of GBZ 2.1-2019', () => {
  const rule = loadDeviceTypes(dir)
    .types.get('manhole-cover')!
    .rules.find(({ id }) => id.endsWith('/hydrogen-sulphide'))!;
  const ppm = Number(/h2s > ([\d.]+) ppm/.exec(rule.levels[0]!.when)![1]);
  // 34.08 g/mol, 24.06 L/mol at 20 °C and 1013 hPa.
  expect((ppm * 34.08) / 24.06).toBeCloseTo(10, 0);
  expect(convert(ppm, 'ppm', '%')).toBeCloseTo(0.00071);
});
