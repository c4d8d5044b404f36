import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readTypeFile } from '../../src/devices/type-file.ts';
import { tempDir } from '../support/temp-dir.ts';

async function typeWith(line: string) {
  const dir = join(await tempDir(), 'pump');
  mkdirSync(dir, { recursive: true });
  const file = join(dir, 'device.yaml');
  const channels = 'channels:\n  flow: { label: { zh: 流量, en: Flow }, unit: L/s, min: 0, max: 100 }\n';
  writeFileSync(file, `id: pump\nname: { zh: 水泵, en: Pump }\nperiod: 1 min\n${line}\n${channels}`);
  return readTypeFile(file);
}

test('how late a sample may come is an hour, or what the folder says', async () => {
  expect((await typeWith('')).latenessMs).toBe(3_600_000);
  expect((await typeWith('lateness: 2 h')).latenessMs).toBe(7_200_000);
  expect((await typeWith('lateness: 0 s')).latenessMs).toBe(0);
});

test('more than two days is refused, with what to do', async () => {
  await expect(typeWith('lateness: 3 d')).rejects.toThrow(
    /at most 2 d: what is older is judged by decoding frames again/,
  );
  await expect(typeWith('lateness: long')).rejects.toThrow(/"long" is no duration/);
});
