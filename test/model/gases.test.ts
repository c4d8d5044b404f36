import { expect, test } from 'vitest';
import { gases, gasScale } from '../../src/model/gases.ts';
import { unitOf } from '../../src/model/units.ts';

function convert(gas: string, value: number, from: string, to: string): number | null {
  const scale = gasScale(gases[gas]!, unitOf(from)!, unitOf(to)!);
  return scale && value * scale.factor;
}

// GBZ 2.1-2019 gives mg/m³ at 20 °C; the ppm beside them are what the default rules of covers have.
test.each([
  ['h2s', 10, 'mg/m3', 7.06, 'ppm'],
  ['h2s', 10, 'ppm', 14.17, 'mg/m3'],
  ['h2s', 1000, 'ppm', 1416.7, 'mg/m3'],
  ['co', 20, 'mg/m3', 17.18, 'ppm'],
  ['co', 30, 'mg/m3', 25.76, 'ppm'],
  ['ch4', 10, '%LEL', 5000, 'ppm'],
  ['ch4', 20, '%LEL', 1, '%'],
  ['ch4', 100, '%LEL', 5, '%'],
  ['ch4', 5000, 'ppm', 3334.6, 'mg/m3'],
  ['nh3', 20, 'mg/m3', 28.25, 'ppm'],
  ['co2', 9000, 'mg/m3', 4919.3, 'ppm'],
  ['o2', 19.5, '%', 195_000, 'ppm'],
])('%s: %d %s are %d %s, and back', (gas, value, from, expected, to) => {
  const there = convert(gas, value, from, to)!;
  expect(there / expected).toBeCloseTo(1, 3);
  expect(convert(gas, there, to, from)).toBeCloseTo(value, 6);
});

test('what does not burn has no explosive limit, and a length is no gas', () => {
  expect(convert('o2', 1, '%LEL', '%')).toBeNull();
  expect(convert('ch4', 1, 'cm', 'ppm')).toBeNull();
});
