import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkDeviceType } from '../../src/devices/check.ts';
import { loadDeviceType } from '../../src/devices/registry.ts';
import { errorCodes } from '../../src/shared/errors.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/devices.md'), 'utf8');

test('the folder that docs/devices.md builds is a good one', () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'tocsin-docs-')), 'pump');
  mkdirSync(folder);
  for (const file of ['device.yaml', 'examples.yaml', 'rules.yaml']) {
    const section = page.split(`\n## ${file}`)[1]!.split('\n## ')[0]!;
    writeFileSync(join(folder, file), /```yaml\n([\s\S]*?)```/.exec(section)![1]!);
  }
  expect(checkDeviceType(folder)).toEqual({ checked: 3, failures: [] });
  expect(loadDeviceType(folder).rules.map(({ id }) => id)).toEqual(['pump/runs-dry', 'pump/flow-high', 'pump/silent']);
  rmSync(join(folder, '..'), { recursive: true });
});

test('every error code that the page names is in the catalogue', () => {
  const named = [...page.matchAll(/^\| `([A-Z_]+)`/gm)].map((match) => match[1]!);
  expect(named.length).toBeGreaterThanOrEqual(8);
  expect(named.filter((code) => !(code in errorCodes))).toEqual([]);
});
