import { globSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadDeviceTypes } from '../../src/devices/registry.ts';
import { type LedgerLine, readLines, runTimeline } from './timeline.ts';

const folder = new URL('./', import.meta.url);
const { types } = loadDeviceTypes('devices');
const names = globSync('*.ledger.ndjson', { cwd: folder }).map((file) => file.replace('.ledger.ndjson', ''));

test.each(names.sort())('%s', (name) => {
  expect(runTimeline(new URL(`${name}.ndjson`, folder), types)).toEqual(
    readLines<LedgerLine>(new URL(`${name}.ledger.ndjson`, folder)),
  );
});
