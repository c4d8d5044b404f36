import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A gauge in a folder of device types of its own; what can be wrong about it is what a maker's data sheet gets wrong. */
export interface Gauge {
  /** Largest level that it can measure, cm. */
  max: number;
  /** Unit in which it sends the level, where it is not cm. */
  unit?: string;
}

/** Writes (again) the device type `gauge`, which raises a red alarm above 30 cm and a yellow one when it is silent. */
export function writeGauge(devicesDir: string, { max, unit }: Gauge): void {
  const dir = join(devicesDir, 'gauge');
  mkdirSync(dir, { recursive: true });
  const level = unit ? `{ path: wl, unit: ${unit} }` : '{ path: wl }';
  writeFileSync(
    join(dir, 'device.yaml'),
    `id: gauge
name: { zh: 水位计, en: Gauge }
maker: Generic
domain: waterlogging
period: 1 min
channels:
  level:
    label: { zh: 水深, en: Depth }
    unit: cm
    min: 0
    max: ${max}
map:
  time: { path: ts }
  level: ${level}
`,
  );
  writeFileSync(
    join(dir, 'rules.yaml'),
    `- id: high
  name: { zh: 高水位, en: High }
  advice: { zh: 去看。, en: Go and look. }
  source: { zh: 测试。, en: Test. }
  severity: red
  when: level > 30 cm
- id: silent
  name: { zh: 失联, en: Silent }
  advice: { zh: 去看。, en: Go and look. }
  source: { zh: 测试。, en: Test. }
  severity: yellow
  silentFor: 10 min
`,
  );
}
