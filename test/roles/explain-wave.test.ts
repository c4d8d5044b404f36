import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { loadDeviceTypes } from '../../src/devices/registry.ts';
import { readRuleText } from '../../src/devices/rule-file.ts';
import { openJournalReader } from '../../src/journal/reader.ts';
import { openJournalWriter } from '../../src/journal/writer.ts';
import type { Device } from '../../src/model/device.ts';
import { rulesEver } from '../../src/roles/tryouts/in-force.ts';
import { runExplain } from '../../src/roles/tryouts/run-explain.ts';
import { Places } from '../../src/rules/site/places.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openStore } from '../../src/store/open.ts';
import { tempDir } from '../support/temp-dir.ts';

const minute = 60_000;
const rule = `
id: waterlogging
severity: red
name: { zh: 道路积水, en: Waterlogging }
advice: { zh: 到场查看。, en: Go and look. }
source: { zh: 测试, en: test }
when: level > 10 cm
rearm: { after: level < peak(level) - 20 cm, again: level > trough(level) + 10 cm }
`;
const device: Device = {
  id: 'g',
  type: 'flood-gauge',
  name: 'g',
  latitude: 30,
  longitude: 104,
  gridId: 'x',
  state: 'active',
};

/** Up for an hour, down to a trough over hours, up to a second crest, and a little down again. */
function levelAt(index: number): number {
  if (index < 60) return 80;
  if (index < 300) return 80 - ((index - 60) * 42) / 240;
  if (index < 330) return 38 + (index - 300) / 2;
  return index < 360 ? 53 : 45;
}

test('an alarm that a new wave began is explained with the wave before it, whose crest it goes by', async () => {
  const log = pino({ level: 'silent' });
  const type = loadDeviceTypes('test/backtest/types').types.get('flood-gauge')!;
  const types = new Map([[type.id, { ...type, rules: [readRuleText(rule, type.id, type.periodMs)] }]]);
  const dir = await tempDir();
  const store = await openStore(`${dir}/tocsin.db`);
  await migrate(store);
  const journal = await openJournalWriter({ dir, segmentBytes: 100_000, keepMs: 0, log });
  const reader = await openJournalReader({ dir, partition: 0, progress: journal.progress });
  onTestFinished(async () => {
    await reader.close();
    await journal.close();
    await store.destroy();
  });
  const start = 1_772_323_200_000;
  const at = (index: number) => start + index * minute;
  const alarm = {
    ...{ ruleId: 'flood-gauge/waterlogging', deviceId: 'g', gridId: 'x', count: 1, valuesJson: '{}' },
    ...{ acknowledgedAt: null, acknowledgedBy: null },
    severity: 'red' as const,
    peakSeverity: 'red' as const,
  };
  const record = [
    { id: 'first', active: 0, raisedAt: at(0), clearedAt: at(321) },
    { id: 'second', active: 1, raisedAt: at(321), clearedAt: null },
  ];
  for (const one of record)
    await store
      .insertInto('alarm')
      .values({ ...alarm, ...one, raisedReceivedAt: one.raisedAt, lastAt: one.raisedAt })
      .execute();
  const places = new Places();
  const history = await rulesEver(store, types, log);
  const answer = await runExplain(
    { deviceId: 'g', rule: 'waterlogging', at: at(400) },
    {
      ...{ types, device, history, store, journal: reader, timeZone: 'UTC' },
      devicesOfTypes: async () => [device],
      range: async ({ channel, from, to }) =>
        Array.from({ length: 401 }, (_, index) => ({ index, level: levelAt(index) }))
          .filter(({ index }) => channel === 'level' && at(index) >= from && at(index) < to)
          .map(({ index, level }) => ({ at: at(index), mean: level, min: level, max: level, count: 1 })),
      limits: { maxFutureMs: 5 * minute, maxAgeMs: 7 * 24 * 60 * minute },
      aroundOf: (one) => places.around(one),
    },
  );
  expect(answer.alarm).toMatchObject({ raised: at(321) });
  // Its own crest is 53 cm.
  expect(answer.rearm).toMatchObject({ armedAt: null, condition: { parts: [{ holds: false, value: 45, limit: 33 }] } });
});
