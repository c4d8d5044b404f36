import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decode } from '../../src/devices/decode.ts';
import { readTypeFile } from '../../src/devices/type-file.ts';
import type { DeviceType } from '../../src/model/device-type.ts';

function typeWith(map: string): DeviceType {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-gas-'));
  const label = 'label: { zh: 气体, en: Gas }';
  try {
    writeFileSync(
      join(folder, 'device.yaml'),
      `id: shaft
name: { zh: 井, en: Shaft }
period: 1 min
channels:
  h2s: { ${label}, unit: ppm, min: 0, max: 1000 }
  ch4: { ${label}, unit: "%LEL", min: 0, max: 100 }
map:
${map}`,
    );
    return readTypeFile(join(folder, 'device.yaml'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('a maker that sends mg/m3 and ppm is judged in the ppm and %LEL of the channels', () => {
  const type = typeWith(`  h2s: { path: d.h2s, unit: mg/m3, gas: h2s }
  ch4: { path: d.ch4, unit: ppm, gas: ch4 }
`);
  const payload = Buffer.from(JSON.stringify({ d: { h2s: 14.2, ch4: 12_500 } }));
  const at = Date.parse('2026-03-01T00:00:00Z');
  const { samples, problems } = decode(
    type,
    { deviceId: 'd', payload, receivedAt: at },
    { maxFutureMs: 1, maxAgeMs: 1 },
  );
  expect(problems).toEqual([]);
  expect(samples[0]!.values.h2s).toBeCloseTo(10.02, 2);
  expect(samples[0]!.values.ch4).toBeCloseTo(25, 9);
});

test.each([
  ['  h2s: { path: h2s, unit: mg/m3 }\n', /mg\/m3 cannot be converted to the channel's unit/],
  ['  h2s: { path: h2s, unit: cm, gas: h2s }\n', /cm cannot be converted/],
  ['  h2s: { path: h2s, unit: mg/m3, gas: radon }\n', /ch4/],
])('%s is refused', (map, message) => {
  expect(() => typeWith(map)).toThrow(message);
});
