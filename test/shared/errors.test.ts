import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorCodes, TocsinError } from '../../src/shared/errors.ts';

const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
const sections = new Map(
  page
    .split(/^### /m)
    .slice(1)
    .map((section) => {
      const end = section.indexOf('\n');
      return [section.slice(0, end).trim(), section.slice(end).split(/^#/m)[0]!];
    }),
);

test('every code has its heading in docs/errors.md, and no heading is without a code', () => {
  expect([...sections.keys()].sort()).toEqual(Object.keys(errorCodes).sort());
});

test.each(Object.entries(errorCodes))('%s: the page says its HTTP status, its cause and its cure', (code, status) => {
  const section = sections.get(code) ?? '';
  expect(section).toMatch(new RegExp(`^HTTP ${status}\\b`, 'm'));
  expect(section).toMatch(/^\*\*Cause\.\*\* \S.{20,}/m);
  expect(section).toMatch(/^\*\*Cure\.\*\* \S.{10,}/m);
});

test('an error carries the status of its code', () => {
  expect(new TocsinError('CONFLICT', 'Taken.').status).toBe(409);
});
