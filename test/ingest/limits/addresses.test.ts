import { expect, test } from 'vitest';
import { AddressBuckets, addressKey } from '../../../src/ingest/limits/addresses.ts';

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2:aaaa::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1:2:3:4:5%eth0', 'fe80:0:0:1::/64'],
  ['127.0.0.1', null],
  ['127.3.2.1', null],
  ['::ffff:127.0.0.1', null],
  ['::1', null],
  [undefined, null],
])('%s counts as %s', (address, key) => {
  expect(addressKey(address)).toBe(key);
});

test('addresses do not share a bucket, and those that nobody hears of any more are forgotten', () => {
  let now = 0;
  const buckets = new AddressBuckets(1, 1, { now: () => now });
  expect(buckets.take('a')).toBe(0);
  expect(buckets.take('a')).toBe(1000);
  expect(buckets.take('b')).toBe(0);
  for (let i = 0; i < 5000; i++) {
    now += 10;
    buckets.take(`address ${i}`);
  }
  expect(buckets.size).toBeLessThan(2100);
  expect(buckets.take('a')).toBe(0);
});
