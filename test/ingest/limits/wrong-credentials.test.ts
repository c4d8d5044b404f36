import { afterEach, beforeEach, expect, test } from 'vitest';
import { Harness } from '../harness.ts';

let h: Harness;
let now: number;

beforeEach(async () => {
  now = 0;
  h = await Harness.start({ steady: { now: () => now } });
});
afterEach(() => h.stop());

test('after twenty wrong credentials each refusal waits, and a right credential does not', async () => {
  const wrong = { ...h.a, secret: 'wrong' };
  let refused = 0;
  const attempt = () =>
    h.connect(wrong).catch((error) => {
      expect(error.code).toBe(4);
      refused++;
    });
  for (let i = 0; i < 20; i++) await attempt();
  expect(refused).toBe(20);
  const slow = [attempt(), attempt(), attempt()];
  await expect.poll(() => h.refused('CREDENTIAL_INVALID')).toBe(23);
  const right = await h.connect(h.b);
  await right.publishAsync('tocsin/v1/b/up', '{"level":1}', { qos: 1 });
  expect(refused).toBe(20);
  now += 1010;
  await expect.poll(() => refused).toBe(21);
  now += 5000;
  await Promise.all(slow);
  expect(refused).toBe(23);
});
