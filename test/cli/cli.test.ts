import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { addAudit } from '../../src/store/audit.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openStore } from '../../src/store/open.ts';

function tocsin(args: string[], env: NodeJS.ProcessEnv = {}) {
  const run = spawnSync(process.execPath, ['src/cli/main.ts', ...args], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  return { code: run.status, out: run.stdout, error: run.stderr };
}

test('device check says what it looked at, and what is wrong with a rule', () => {
  expect(tocsin(['device', 'check'])).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^7 device types, \d+ examples, \d+ rules: 0 failures/),
  });

  const folder = join(mkdtempSync(join(tmpdir(), 'tocsin-types-')), 'flood-gauge');
  cpSync('devices/flood-gauge', folder, { recursive: true });
  writeFileSync(
    join(folder, 'rules.yaml'),
    '- id: wrong\n  name: {zh: 错, en: wrong}\n  advice: {zh: 无, en: none}\n  source: {zh: 测试, en: test}\n  severity: red\n  when: level > 3 mg/m3\n',
  );
  const { code, out } = tocsin(['device', 'check', folder]);
  expect(code).toBe(1);
  expect(out).toMatch(
    /^flood-gauge\/rules\.yaml:6: rule flood-gauge\/wrong: in "level > 3 mg\/m3": level is a length, 3 mg\/m3 is a mass\/volume: /,
  );
  expect(out).toMatch(/^1 device type, \d+ examples, 1 rule: 1 failure\.$/m);
  expect(tocsin(['device', 'check', '/nowhere'])).toMatchObject({
    code: 1,
    out: expect.stringContaining('there is no folder /nowhere'),
  });
});

test('audit verify finds a row that somebody changed', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tocsin-audit-'));
  const env = { TOCSIN_DATA_DIR: dataDir };
  expect(tocsin(['audit', 'verify'], env).code).toBe(1);
  const store = await openStore(join(dataDir, 'tocsin.db'));
  await migrate(store);
  for (const subject of ['a', 'b', 'c'])
    await addAudit(store, { at: 1, personId: null, action: 'test', subject, detail: {} });
  expect(tocsin(['audit', 'verify'], env)).toMatchObject({ code: 0, out: expect.stringContaining('3 rows, unbroken') });
  await store.updateTable('audit').set({ subject: 'x' }).where('seq', '=', 2).execute();
  await store.destroy();
  expect(tocsin(['audit', 'verify'], env)).toMatchObject({ code: 1, out: expect.stringContaining('at row 2') });
});

test('settings are shown as one would write them, each with what it is for', () => {
  const { out } = tocsin(['settings'], {
    TOCSIN_INTAKE_MAX_AGE: '36 h',
    TOCSIN_ACCESS_ADMIN_PASSWORD: 'hush hush hush',
  });
  expect(out).toMatch(/intake\.maxFuture +5 min +TOCSIN_INTAKE_MAX_FUTURE\n {4}How far ahead/);
  expect(out).toMatch(/intake\.maxAge +36 h /);
  expect(out).not.toContain('hush');
});

test('a command that is none is answered with those that are', () => {
  expect(tocsin(['devise', 'check'])).toMatchObject({
    code: 2,
    error: 'There is no command "devise check".\n\n',
    out: expect.stringContaining('device check'),
  });
  expect(tocsin(['settings'], { TOCSIN_MQTT_PROT: '1' })).toMatchObject({
    code: 1,
    error: expect.stringContaining('TOCSIN_MQTT_PORT'),
  });
});

test.each([
  [['replay'], /^--from is missing/],
  [
    ['replay', '--from', '2026-11-20T08:00', '--device', 'g'],
    /^--from is "2026-11-20T08:00"; write it with its offset/,
  ],
  [['replay', '--from', '2026-11-20T08:00Z'], /^Name one device with --device, or one device type with --type\./],
  [['password'], /^npm run tocsin -- password <login>/],
  [['settings', 'mqtt.port'], /^"mqtt\.port" is not understood here\.\n\nnpm run tocsin -- settings\n/],
  [['audit', 'verify', '--all'], /^"--all" is not understood here\./],
  [
    [
      'backtest',
      '--type',
      'flood-gauge',
      '--data',
      'x.csv',
      '--from',
      '2026-02-02T00:00Z',
      '--to',
      '2026-01-02T00:00Z',
    ],
    /^--from is "2026-02-02T00:00Z", which is after --to/,
  ],
])('%j is not understood, and says why', (args, why) => {
  expect(tocsin(args)).toMatchObject({ code: 2, out: '', error: expect.stringMatching(why) });
});
