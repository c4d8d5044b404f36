import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { loadDeviceTypes } from '../../src/devices/registry.ts';
import { openJournalReader } from '../../src/journal/reader.ts';
import { openJournalWriter } from '../../src/journal/writer.ts';
import type { Device } from '../../src/model/device.ts';
import { rulesEver } from '../../src/roles/tryouts/in-force.ts';
import { type BacktestParts, runBacktest } from '../../src/roles/tryouts/run-backtest.ts';
import { runExplain } from '../../src/roles/tryouts/run-explain.ts';
import { Places } from '../../src/rules/site/places.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openStore } from '../../src/store/open.ts';
import { appendFrames } from '../support/append-frames.ts';
import { tempDir } from '../support/temp-dir.ts';

const minute = 60_000;
const rules = `
id: waterlogging
severity: red
name: { zh: 道路积水, en: Waterlogging }
advice: { zh: 到场查看。, en: Go and look. }
source: { zh: 测试, en: test }
when: level >= 27 cm
`;

const g: Device = {
  id: 'g',
  type: 'flood-gauge',
  name: 'g',
  latitude: 30,
  longitude: 104,
  gridId: 'x',
  state: 'active',
};

test('what the journal has is judged as it came in, what was kept before as it was measured', async () => {
  const log = pino({ level: 'silent' });
  const { types } = loadDeviceTypes('test/backtest/types');
  const type = types.get('flood-gauge')!;
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
  // The journal begins at minute 10. The crest of minute 12 comes five minutes late, after others, and once more.
  const start = 1_772_323_200_000;
  const at = (index: number) => start + index * minute;
  const came: [measured: number, received: number, level: number][] = [
    [10, 10, 3],
    [11, 11, 3],
    [13, 13, 3],
    [14, 14, 3],
    [12, 17, 40],
    [12, 18, 40],
  ];
  await appendFrames(journal, came.length, (i) => {
    const [measured, received, level] = came[i]!;
    return { deviceId: 'g', payload: JSON.stringify({ time: at(measured), level }), receivedAt: at(received) };
  });
  const kept = [[5, 30], ...came.map(([measured, , level]) => [measured, level])] as [number, number][];
  const places = new Places();
  const request = { deviceType: type.id, rules, againstCurrent: false, deviceIds: ['g'], from: at(0), to: at(16) };
  const history = await rulesEver(store, types, log);
  const parts: BacktestParts = {
    type,
    types,
    devicesOfTypes: async () => [g],
    devices: [g],
    book: history.at(),
    range: async ({ channel, from, to }) =>
      kept
        .filter(([measured]) => channel === 'level' && at(measured) >= from && at(measured) < to)
        .map(([measured, level]) => ({ at: at(measured), mean: level, min: level, max: level, count: 1 })),
    journal: reader,
    limits: { maxFutureMs: 5 * minute, maxAgeMs: 7 * 24 * 60 * minute },
    aroundOf: (one) => places.around(one),
    rawSince: 0,
    onProgress: () => {},
    isCancelled: () => false,
  };
  const answer = await runBacktest(request, parts);
  expect(answer!.ledger.map(({ raised, cleared }) => [raised, cleared])).toEqual([
    [at(5), at(10)],
    [at(12), at(13)],
  ]);
  expect(answer!.counts).toMatchObject({ readings: 7, stale: 1, corrections: 1 });
  expect(answer!.corrections).toMatchObject([{ kind: 'raised-late', at: at(12), receivedAt: at(17) }]);

  expect(answer!.notes).toEqual([]);
  const hasty = await runBacktest({ ...request, rules: `${rules}maxGap: 30 s\n` }, parts);
  expect(hasty!.notes).toEqual([
    {
      zh: expect.stringContaining('读数通常相隔 2 分，超过 waterlogging 的 maxGap（30 秒）'),
      en: expect.stringContaining('usually 2 min apart, more than maxGap (30 s) of waterlogging'),
    },
  ]);

  // Another one that stands in the grid says the same; it is heard, and has no alarm of its own here.
  const asking = rules.replace('level >= 27 cm', 'devices(grid, level >= 27 cm) >= 2');
  const together: BacktestParts = {
    ...parts,
    devicesOfTypes: async () => [g, { ...g, id: 'h' }, { ...g, id: 'far' }],
    aroundOf: (one) => Object.assign(places.around(one), { area: () => (one.id === 'far' ? 'y' : 'x') }),
    range: (query) => (query.deviceId === 'far' ? Promise.resolve([]) : parts.range(query)),
  };
  const both = await runBacktest({ ...request, rules: asking }, together);
  expect(both!.ledger.map(({ device, raised, cleared }) => [device, raised, cleared])).toEqual([['g', at(5), at(10)]]);
  expect(both!.notes).toEqual([]);
  const many = Array.from({ length: 502 }, (_, i) => ({ ...g, id: `h${i}` }));
  const crowd = await runBacktest({ ...request, rules: asking }, { ...together, devicesOfTypes: async () => many });
  expect(crowd!.notes).toEqual([
    {
      zh: expect.stringContaining('另有 2 台当作不在'),
      en: expect.stringContaining('500 are heard, 2 more count as not there'),
    },
  ]);

  // The crest is explained by what came in, though the telemetry store has none of it yet.
  const away = { ...parts, range: async () => [] };
  const why = await runExplain(
    { deviceId: 'g', rule: 'waterlogging', at: at(12) },
    { ...away, device: g, history, store, timeZone: 'UTC' },
  );
  expect(why.lastAt).toBe(at(12));
  expect(why.levels.at(-1)!.when.parts).toMatchObject([{ value: 40 }]);

  const silence = `- { id: silent, name: { zh: 失联, en: Silent }, advice: { zh: 查, en: Look }, source: { zh: 测试, en: test }, severity: yellow, silentFor: 10 min }`;
  const behind = await runBacktest(
    { ...request, rules: silence },
    { ...parts, aroundOf: (one) => Object.assign(places.around(one), { gateway: 'gw-1' }) },
  );
  expect(behind!.notes).toEqual([
    {
      zh: expect.stringContaining('没有网关 gw-1 的读数'),
      en: expect.stringContaining('no readings of the gateways gw-1'),
    },
  ]);
});
