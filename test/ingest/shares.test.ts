import { expect, test } from 'vitest';
import { connectionsThatFit } from '../../src/ingest/open-files.ts';
import { sharesOf } from '../../src/ingest/shares.ts';

test.each([
  { maxConnections: 10_000, limit: 20_000, processes: 1, each: 10_000 },
  { maxConnections: 50_000, limit: 20_000, processes: 3, each: 18_334 },
  { maxConnections: 50_000, limit: 65_536, processes: 1, each: 50_000 },
  { maxConnections: 200_000, limit: 65_536, processes: 4, each: 55_000 },
  { maxConnections: 10_000, limit: 1024, processes: 22, each: 500 },
])('$maxConnections connections where $limit files may be open: $processes processes', (the) => {
  const shares = sharesOf({ maxConnections: the.maxConnections, processes: 0 }, connectionsThatFit(the.limit));
  expect(shares).toEqual({ processes: the.processes, each: the.each });
  expect(shares.processes * shares.each).toBeGreaterThanOrEqual(the.maxConnections);
  expect(shares.each).toBeLessThanOrEqual(the.limit);
});

test('a number that is set holds, and no process takes more than fits', () => {
  expect(sharesOf({ maxConnections: 1000, processes: 2 }, 5000)).toEqual({ processes: 2, each: 550 });
  expect(sharesOf({ maxConnections: 50_000, processes: 1 }, 5000)).toEqual({ processes: 1, each: 5000 });
  expect(sharesOf({ maxConnections: 50_000, processes: 2 }, 5000)).toEqual({ processes: 2, each: 5000 });
});

test('the limit of this process is found', () => {
  expect(connectionsThatFit()).toBeGreaterThan(100);
});
