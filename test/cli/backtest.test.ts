import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { randomFrom } from '../support/random.ts';

const example = 'docs/examples/flood-gauge.csv';
/** A device type with rules that stay as they are. */
const gauge = 'test/backtest/types/flood-gauge';

function backtest(...args: string[]) {
  const run = spawnSync(process.execPath, ['src/cli/main.ts', 'backtest', ...args], { encoding: 'utf8' });
  return { code: run.status, out: run.stdout, error: run.stderr };
}

function file(name: string, content: string | Buffer): string {
  const path = join(mkdtempSync(join(tmpdir(), 'tocsin-backtest-test-')), name);
  writeFileSync(path, content);
  return path;
}

test('a backtest prints what the rules would have said, and how they differ', () => {
  const zone = ['--zone', '+08:00'];
  const { code, out, error } = backtest(
    '--type',
    'flood-gauge',
    '--data',
    example,
    ...zone,
    '--rules',
    'docs/examples/flood-gauge-rules.yaml',
    '--against',
    'current',
  );
  expect(code).toBe(0);
  expect(out).toMatch(/^2026-07-18 14:56:00 \+08:00 {2}device {2}waterlogging {2}raised blue$/m);
  expect(out).toMatch(/^2 alarms\.$/m);
  expect(out).toMatch(/^0 alarms are the same, 0 more, 0 fewer, 2 otherwise\.$/m);
  expect(out).toContain('Rule flood-gauge/silent is not among those tried; it has 1 alarms.');
  expect(error).toMatch(/1016 readings in .* a second/);
});

test('a shuffled, repeated and gzipped file gives the ledger of the ordered one to the byte', () => {
  const [head, ...lines] = readFileSync(example, 'utf8').trim().split('\n') as [string, ...string[]];
  const random = randomFrom(11);
  const disturbed = [...lines, ...lines.slice(100, 200)]
    .map((line) => ({ line, key: random() }))
    .sort((a, b) => a.key - b.key);
  const zipped = file(
    'shuffled.csv.gz',
    gzipSync([`\ufeff${head}`, ...disturbed.map(({ line }) => line)].join('\r\n')),
  );
  const ledger = (path: string) => {
    const { code, out } = backtest('--type', gauge, '--data', path, '--zone', '+08:00', '--json');
    expect(code).toBe(0);
    return JSON.stringify(JSON.parse(out).ledger);
  };
  const ordered = ledger(example);
  expect(JSON.parse(ordered)).toHaveLength(5);
  expect(ledger(zipped)).toBe(ordered);
});

test('the example of the help works with the device type as it is', () => {
  const { code, out } = backtest('--type', 'flood-gauge', '--data', example, '--zone', '+08:00', '--lang', 'zh');
  expect(code).toBe(0);
  expect(out).toContain('waterlogging  报警');
});

test('what was not understood is said with exit code 2, what cannot be read with 1, and JSON stays alone', () => {
  expect(backtest('--type', gauge)).toMatchObject({
    code: 2,
    out: '',
    error: expect.stringContaining('--data is missing'),
  });
  expect(backtest('--help')).toMatchObject({ code: 0, out: expect.stringContaining('--against') });
  expect(backtest('--type', gauge, '--data', '/nowhere.csv', '--json')).toMatchObject({
    code: 1,
    out: '',
    error: expect.stringContaining('/nowhere.csv cannot be read'),
  });
  expect(backtest('--type', gauge, '--data', example)).toMatchObject({
    code: 1,
    error: expect.stringContaining('say with --zone +08:00'),
  });
  const wrong = file('r.yaml', readFileSync('docs/examples/flood-gauge-rules.yaml', 'utf8').replace('8 cm', '8 mg/m3'));
  const refused = backtest('--type', gauge, '--data', example, '--zone', '+08:00', '--rules', wrong);
  expect(refused).toMatchObject({
    code: 1,
    out: '',
    error: expect.stringMatching(/r\.yaml:8: rule flood-gauge\/waterlogging/),
  });
});
