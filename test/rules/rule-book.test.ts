import { expect, test } from 'vitest';
import type { Device } from '../../src/model/device.ts';
import type { RuleVersion } from '../../src/model/rule-version.ts';
import { RuleHistory } from '../../src/rules/versions/rule-history.ts';
import { gauge } from '../api/world.ts';

const types = new Map([[gauge.id, gauge]]);
const parents = new Map([['d', null], ...Array.from({ length: 100 }, (_, i): [string, string] => [`g${i}`, 'd'])]);

function rule(when: string): string {
  const words = 'name: { zh: 积水, en: W }\nadvice: { zh: 看, en: Look }\nsource: { zh: 测, en: T }';
  return `id: waterlogging\n${words}\nseverity: red\nwhen: ${when}\n`;
}

function version(
  number: number,
  scope: RuleVersion['scope'],
  scopeId: string,
  more: Partial<RuleVersion> = {},
): RuleVersion {
  const place = { ruleId: 'flood-gauge/waterlogging', scope, scopeId, lane: 'live', mode: 'live' } as const;
  const text = rule(`level > ${number + 10} cm`);
  return {
    version: number,
    ...place,
    text,
    until: null,
    note: '',
    at: number,
    byPersonId: null,
    before: null,
    reverts: null,
    ...more,
  };
}

const deviceIn = (gridId: string, id = 'x'): Device => {
  return { id, type: gauge.id, name: id, latitude: 0, longitude: 0, gridId, state: 'active' };
};

function historyOf(...versions: RuleVersion[]): RuleHistory {
  const history = new RuleHistory(types);
  history.setAreas(parents);
  history.add(versions);
  return history;
}

test('a hundred thousand devices share as many compiled sets as there are different ones', () => {
  const history = historyOf(version(1, 'type', gauge.id), version(2, 'area', 'g7'), version(3, 'device', 'own'));
  const book = history.at();
  const sets = new Set();
  for (let i = 0; i < 100_000; i++) sets.add(book.rulesOf(deviceIn(`g${i % 100}`, `d${i}`)));
  sets.add(book.rulesOf(deviceIn('g1', 'own')));
  expect([sets.size, history.compilations]).toEqual([3, 3]);
});

test('what a change does not touch stays the same object, in every version that has it', () => {
  const history = historyOf(version(1, 'type', gauge.id));
  const before = history.at().rulesOf(deviceIn('g1'));
  history.add([version(2, 'area', 'g7')]);
  const after = history.at();
  expect(after.rulesOf(deviceIn('g1'))).toBe(before);
  expect(after.rulesOf(deviceIn('g7'))).not.toBe(before);
  expect(history.at(1).rulesOf(deviceIn('g7'))).toBe(before);
});

test('the nearest place wins, off takes away, withdrawn lets what is further out hold again', () => {
  const history = historyOf(
    version(1, 'type', gauge.id),
    version(2, 'area', 'd'),
    version(3, 'area', 'g7', { mode: 'off', text: null }),
    version(4, 'device', 'own'),
    version(5, 'area', 'g7', { mode: 'withdrawn', text: null, before: 3 }),
  );
  const versionsAt = (number: number, device: Device) =>
    history
      .at(number)
      .rulesOf(device)
      ?.rules.map((one) => one.version);
  const grid = deviceIn('g7');
  const own = deviceIn('g7', 'own');
  expect([1, 2, 3, 5].map((number) => versionsAt(number, grid))).toEqual([[1], [2], [], [2]]);
  expect([versionsAt(3, own), versionsAt(4, own)]).toEqual([[], [4]]);
  expect(history.at(3).rulesOf(grid)?.off).toEqual(new Set(['flood-gauge/waterlogging']));
});

test('a version in shadow is compiled apart and leaves what judges as it is', () => {
  const history = historyOf(version(1, 'type', gauge.id), version(2, 'area', 'd', { lane: 'shadow', mode: 'shadow' }));
  const book = history.at();
  expect(book.rulesOf(deviceIn('g1'))?.rules.map((one) => one.version)).toEqual([1]);
  expect(book.shadowOf(deviceIn('g1'))?.rules.map((one) => one.version)).toEqual([2]);
  expect(history.at(1).shadowOf(deviceIn('g1'))).toBeUndefined();
});

test('a text that cannot be read any more is left out and said, and the other rules judge on', () => {
  const said: string[] = [];
  const history = new RuleHistory(types, {
    error: (_: unknown, message?: string) => void said.push(message ?? ''),
  } as never);
  history.add([version(1, 'type', gauge.id), version(2, 'device', 'own', { text: 'id: [' })]);
  expect(history.at().rulesOf(deviceIn('g1', 'own'))?.rules).toEqual([]);
  expect(said[0]).toContain('rule left out');
  expect(history.at().rulesOf(deviceIn('g1'))?.rules).toHaveLength(1);
});

test('a rule that is off for a time goes on apart, by what would hold there; one that is off for good does not', () => {
  const off = { mode: 'off', text: null } as const;
  const history = historyOf(
    version(1, 'type', gauge.id),
    version(2, 'area', 'g7'),
    version(3, 'device', 'opened', { ...off, until: 1e12 }),
    version(4, 'device', 'gone', off),
  );
  const shadow = (device: Device) =>
    history
      .at()
      .shadowOf(device)
      ?.rules.map((one) => one.version);
  expect(history.at().rulesOf(deviceIn('g7', 'opened'))!.rules).toEqual([]);
  expect(shadow(deviceIn('g7', 'opened'))).toEqual([2]);
  expect(shadow(deviceIn('g1', 'opened'))).toEqual([1]);
  expect(shadow(deviceIn('g7', 'gone'))).toBeUndefined();
  expect(shadow(deviceIn('g7', 'other'))).toBeUndefined();
  // What is tried out there anyway is not judged twice.
  history.add([version(5, 'device', 'opened', { lane: 'shadow', mode: 'shadow' })]);
  expect(shadow(deviceIn('g7', 'opened'))).toEqual([5]);
});
