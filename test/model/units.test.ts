import { expect, test } from 'vitest';
import { convert, unitNames, unitOf } from '../../src/model/units.ts';

test.each([
  ['cm', 'cm', 'length'],
  ['ppm', '[ppm]', 'fraction'],
  ['[ppm]', '[ppm]', 'fraction'],
  ['%', '%', 'fraction'],
  ['1', '1', 'fraction'],
  ['%LEL', '%{LEL}', 'explosive-limit'],
  ['dB(A)', 'dB{A}', 'weighted-level'],
  ['dBA', 'dB{A}', 'weighted-level'],
  ['°C', 'Cel', 'temperature'],
  ['mg/m3', 'mg/m3', 'mass/volume'],
  ['µg/m³', 'ug/m3', 'mass/volume'],
  ['/min', '/min', 'fraction/time'],
  ['cm/h', 'cm/h', 'length/time'],
  ['mm/h', 'mm/h', 'length/time'],
  ['L/s', 'L/s', 'volume/time'],
  ['Cel/h', 'Cel/h', 'temperature/time'],
  ['/min/h', '/min/h', 'fraction/time/time'],
])('%s is %s, a %s', (text, code, dimension) => {
  expect(unitOf(text)).toMatchObject({ code, dimension });
});

test('a code can be read again', () => {
  for (const name of unitNames) expect(unitOf(unitOf(name)!.code)?.code).toBe(unitOf(name)!.code);
});

test.each(['', 'furlong', 'cm/', '//', 'cm/furlong', 'm/s/s/s', '__proto__', 'constructor'])(
  '%j is no unit',
  (text) => {
    expect(unitOf(text)).toBeNull();
  },
);

test.each([
  [123, 'mm', 'cm', 12.3],
  [27, 'cm', 'm', 0.27],
  [30, 'cm/h', 'mm/h', 300],
  [0.5, 'cm/min', 'cm/h', 30],
  [0.5, '%', 'ppm', 5000],
  [3.6, 'm3/h', 'L/s', 1],
  [2, 'mg/m3', 'ug/m3', 2000],
  [1, '/s', '/min', 60],
  [25, 'Cel', 'K', 298.15],
  [98.6, '°F', '°C', 37],
  [0, '°C', '°F', 32],
  [5, '°C', 'Cel', 5],
  [11.5, 'ft', 'm', 3.5052],
  [2, 'in', 'mm', 50.8],
  [1000, 'cfs', 'm3/s', 28.316846592],
  [1000, 'ft3/s', 'L/s', 28316.846592],
])('%d %s is, in %s, …', (value, from, to, expected) => {
  expect(convert(value, from, to)).toBeCloseTo(expected, 10);
});

test('a decimal stays one', () => {
  expect(convert(123, 'mm', 'cm')).toBe(12.3);
  expect(convert(98.6, '°F', '°C')).toBe(37);
});

test('units of different dimensions do not mix', () => {
  expect(() => convert(1, 'cm', 's')).toThrow(/cm \(length\) cannot be converted to s \(time\)/);
  expect(() => convert(10, '%LEL', '%')).toThrow(/explosive-limit/);
  expect(() => convert(1, 'cm', 'furlong')).toThrow(/"furlong" is not a unit/);
});

test.each([
  [32, '°F', '°C', 0],
  [-40, '°F', '°C', -40],
  [0, '°C', 'K', 273.15],
  [-459.67, '°F', 'K', 0],
])('%d %s in %s are exactly %d', (value, from, to, expected) => {
  expect(convert(value, from, to)).toBe(expected);
});
