import { expect, test } from 'vitest';
import { compileType } from '../../src/rules/compile.ts';
import { DeviceJudge } from '../../src/rules/device-judge.ts';
import { Judges } from '../../src/rules/judges.ts';
import { deviceType, testDevice } from './support.ts';

const type = compileType(deviceType({ channels: { level: 'cm' }, rules: [] }));
const judgeOf = (id: string) => new DeviceJudge(id, type, 0);
const device = (id: string, number?: number) => ({ ...testDevice, id, ...(number !== undefined && { number }) });

test('a device is found with its number, without it, and with one that is not its own', () => {
  const judges = new Judges();
  const [a, b] = [judgeOf('a'), judgeOf('b')];
  judges.set(device('a', 3), a);
  judges.set(device('b', 0), b);
  for (const number of [3, undefined, 0, 70, 3]) expect(judges.of(device('a', number))).toBe(a);
  for (const number of [0, 3, undefined, 1]) expect(judges.of(device('b', number))).toBe(b);
  expect(judges.of(device('c', 3))).toBeUndefined();
  expect([...judges].map(([id]) => id)).toEqual(['a', 'b']);
});

test('one that takes the place of another is found by the number that this one had', () => {
  const judges = new Judges();
  judges.set(device('a', 3), judgeOf('a'));
  const without = judgeOf('a');
  judges.set(device('a'), without);
  expect(judges.of(device('a', 3))).toBe(without);
  const elsewhere = judgeOf('a');
  judges.set(device('a', 5), elsewhere);
  expect([3, 5, undefined].map((number) => judges.of(device('a', number)) === elsewhere)).toEqual([true, true, true]);
});

test('two directories may give one number to two devices', () => {
  const judges = new Judges();
  const [a, b] = [judgeOf('a'), judgeOf('b')];
  judges.set(device('a', 1), a);
  judges.set(device('b', 1), b);
  const another = judgeOf('a');
  judges.set(device('a', 1), another);
  for (const one of ['a', 'b', 'a']) expect(judges.of(device(one, 1))).toBe(one === 'a' ? another : b);
});
