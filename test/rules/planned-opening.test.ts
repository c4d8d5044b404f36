import { expect, test } from 'vitest';
import { loadDeviceType } from '../../src/devices/registry.ts';
import { folderRuleTexts } from '../../src/devices/rule-texts.ts';
import type { AlarmEffect } from '../../src/model/alarm.ts';
import type { RuleVersion } from '../../src/model/rule-version.ts';
import { Fold } from '../../src/rules/fold.ts';
import { RuleHistory } from '../../src/rules/versions/rule-history.ts';
import { testDevice } from './support.ts';

const cover = loadDeviceType('devices/manhole-cover');
const minute = 60_000;
const start = Date.parse('2026-06-01T09:00:00+08:00');
const opened = { ...testDevice, id: 'mh-017', type: cover.id };
const beside = { ...testDevice, id: 'mh-018', type: cover.id };

const place = {
  lane: 'live',
  until: null,
  note: '',
  at: start,
  byPersonId: null,
  before: null,
  reverts: null,
} as const;
const folder = [...folderRuleTexts('devices/manhole-cover', cover.id)].map(([ruleId, text], i): RuleVersion => {
  return { ...place, version: i + 1, ruleId, scope: 'type', scopeId: cover.id, mode: 'live', text };
});

/** The ticket: from its entry in the journal on, until the time is over and Tocsin ends it by itself. */
function ticket(until: number): RuleVersion[] {
  const own = {
    ...place,
    ruleId: 'manhole-cover/cover-open',
    scope: 'device',
    scopeId: opened.id,
    text: null,
  } as const;
  const version = folder.length + 1;
  const note = 'Ticket 2026-118, Li Wei, pump';
  return [
    { ...own, version, mode: 'off', until, note, byPersonId: 'officer' },
    { ...own, version: version + 1, mode: 'withdrawn', before: version },
  ];
}

test('a planned opening calls nobody and is kept apart; other covers, gas and an overdue cover alarm as ever', () => {
  const history = new RuleHistory(new Map([[cover.id, cover]]));
  history.add([...folder, ...ticket(start + 60 * minute)]);
  let book = history.at(folder.length);
  const [live, apart] = [new Fold((one) => book.rulesOf(one)), new Fold((one) => book.shadowOf(one))];
  const said: string[] = [];
  const report = (at: number, device: typeof opened, values: Record<string, number>) => {
    const measuredAt = start + at * minute;
    const sample = { deviceId: device.id, measuredAt, receivedAt: measuredAt, values };
    for (const [name, fold] of [['live', live] as const, ['apart', apart] as const]) {
      const effects: AlarmEffect[] = [];
      if (name === 'live' || book.shadowOf(device)) fold.sample(device, sample, effects);
      for (const effect of effects)
        if (effect.kind === 'raised') said.push(`${at} ${name} ${device.id} ${effect.ruleId} ${effect.severity}`);
    }
  };

  report(0, opened, { open: 0, tilt: 1, ch4: 1 });
  report(1, beside, { open: 0, tilt: 1, ch4: 1 });
  book = history.at(folder.length + 1);
  report(5, opened, { open: 1, tilt: 80, ch4: 1 });
  report(6, beside, { open: 1, tilt: 80, ch4: 1 });
  report(15, opened, { open: 1, tilt: 80, ch4: 60 });
  report(55, opened, { open: 1, tilt: 80, ch4: 1 });
  book = history.at(folder.length + 2);
  report(65, opened, { open: 1, tilt: 80, ch4: 1 });

  expect(said).toEqual([
    '5 apart mh-017 manhole-cover/cover-open red',
    '6 live mh-018 manhole-cover/cover-open red',
    '15 live mh-017 manhole-cover/methane red',
    '65 live mh-017 manhole-cover/cover-open red',
  ]);
});
