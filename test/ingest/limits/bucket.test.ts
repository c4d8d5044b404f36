import { expect, test } from 'vitest';
import { Bucket } from '../../../src/ingest/limits/bucket.ts';

test('a full bucket gives its burst at once, then its rate', () => {
  const bucket = new Bucket(10, 5);
  for (let i = 0; i < 5; i++) expect(bucket.take(1000)).toBe(0);
  expect(bucket.take(1000)).toBe(100);
  expect(bucket.take(1000)).toBe(200);
  expect(bucket.wait(1000)).toBe(300);
  expect(bucket.wait(1200)).toBe(100);
  expect(bucket.take(1300)).toBe(0);
});

test('asking takes nothing, and a bucket never holds more than its burst', () => {
  const bucket = new Bucket(10, 2);
  for (let i = 0; i < 100; i++) expect(bucket.wait(0)).toBe(0);
  expect(bucket.isFull(0)).toBe(true);
  bucket.take(1_000_000);
  bucket.take(1_000_000);
  expect(bucket.wait(1_000_000)).toBe(100);
  expect(bucket.isFull(1_000_199)).toBe(false);
  expect(bucket.isFull(1_000_200)).toBe(true);
});

test('what costs more than the bucket holds is paid for by waiting', () => {
  const bucket = new Bucket(100, 10);
  expect(bucket.take(0, 64)).toBe(540);
  expect(bucket.wait(540)).toBe(10);
});
