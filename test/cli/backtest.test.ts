import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { backtest } from '../../src/cli/backtest/backtest.ts';
import { explain } from '../../src/cli/backtest/explain.ts';
import { randomFrom } from '../support/random.ts';

const example = 'docs/examples/flood-gauge.csv';
/** A device type with rules that stay as they are. */
const gauge = 'test/backtest/types/flood-gauge';

/** As a person calls it, in a process of its own. */
function tocsin(...args: string[]) {
  const run = spawnSync(process.execPath, ['src/cli/main.ts', ...args], { encoding: 'utf8' });
  return { code: run.status, out: run.stdout, error: run.stderr };
}

function file(name: string, content: string | Buffer): string {
  const path = join(mkdtempSync(join(tmpdir(), 'tocsin-backtest-test-')), name);
  writeFileSync(path, content);
  return path;
}

const zone = ['--zone', '+08:00'];

test('a backtest prints what the rules would have said, and how they differ', () => {
  const rules = ['--rules', 'docs/examples/flood-gauge-rules.yaml', '--against', 'current'];
  const { code, out, error } = tocsin('backtest', '--type', gauge, '--data', example, ...zone, ...rules);
  expect(code).toBe(0);
  expect(out).toMatch(/^2026-07-18 14:56:00 \+08:00 {2}device {2}waterlogging {2}raised blue$/m);
  expect(out).toMatch(/^2 alarms\.$/m);
  expect(out).toMatch(/^0 alarms are the same, 0 more, 0 fewer, 2 otherwise\.$/m);
  expect(out).toContain('Rule flood-gauge/silent is not among those tried; it has 1 alarms.');
  expect(error).toMatch(/1016 readings in .* a second/);
});

test('a time without readings is said to be one', () => {
  const asked = ['backtest', '--type', gauge, '--data', example, ...zone];
  expect(tocsin(...asked, '--from', '2027-01-01 00:00').out).toContain('No reading lies between --from and --to');
  expect(tocsin(...asked, '--to', '2026-07-18 15:00').out).not.toContain('No reading lies');
});

test('a correction tells what was known before and after, and a file without readings says so', async () => {
  const late = file(
    'late.csv',
    'time,level,received\n8:00,30,8:00\n8:01,30,8:03\n8:02,30,8:02\n8:03,1,8:03\n8:30,1,8:30\n'.replace(
      /\d:\d\d/g,
      '2026-07-18 0$&',
    ),
  );
  const rules = file(
    'rules.yaml',
    'id: wet\nname: &t { zh: 水, en: Wet }\nadvice: *t\nsource: *t\nseverity: red\nwhen: level > 27 cm\n',
  );
  const tried = ['--type', gauge, ...zone, '--rules', rules];
  const { text } = await backtest([...tried, '--data', late]);
  expect(text).toMatch(
    /active then \(red, 2 samples\) → .* active then \(red, 3 samples\), by a reading of .* 08:01:00/,
  );
  const none = await backtest([...tried, '--data', file('none.csv', 'time,level\n')]);
  expect([none.ok, none.text.split('\n')[0]]).toEqual([false, 'There is no reading that can be judged.']);
});

test('a shuffled, repeated and gzipped file gives the ledger of the ordered one to the byte', async () => {
  const [head, ...lines] = readFileSync(example, 'utf8').trim().split('\n') as [string, ...string[]];
  const random = randomFrom(11);
  const disturbed = [...lines, ...lines.slice(100, 200)]
    .map((line) => ({ line, key: random() }))
    .sort((a, b) => a.key - b.key);
  const zipped = file(
    'shuffled.csv.gz',
    gzipSync([`\ufeff${head}`, ...disturbed.map(({ line }) => line)].join('\r\n')),
  );
  const ledger = async (path: string) => {
    const { text, ok } = await backtest(['--type', gauge, '--data', path, ...zone, '--json']);
    expect(ok).toBe(true);
    return JSON.stringify(JSON.parse(text).ledger);
  };
  const ordered = await ledger(example);
  expect(JSON.parse(ordered)).toHaveLength(4);
  expect(await ledger(zipped)).toBe(ordered);
});

test('the example of the help works with the device type as it is', async () => {
  const { text, ok } = await backtest(['--type', 'flood-gauge', '--data', example, ...zone, '--lang', 'zh']);
  expect(ok).toBe(true);
  expect(text).toContain('waterlogging  报警');
});

test('what was not understood is said with exit code 2, what cannot be read with 1, and JSON stays alone', async () => {
  expect(tocsin('backtest', '--type', gauge)).toMatchObject({
    code: 2,
    out: '',
    error: expect.stringContaining('--data is missing'),
  });
  expect(tocsin('backtest', '--type', gauge, '--data', '/nowhere.csv', '--json')).toMatchObject({
    code: 1,
    out: '',
    error: expect.stringContaining('/nowhere.csv cannot be read'),
  });
  expect(await backtest(['--help'])).toMatchObject({ ok: true, text: expect.stringContaining('--against') });
  await expect(backtest(['--type', gauge, '--data', example])).rejects.toThrow('say with --zone +08:00');
  const wrong = file('r.yaml', readFileSync('docs/examples/flood-gauge-rules.yaml', 'utf8').replace('8 cm', '8 mg/m3'));
  const refused = backtest(['--type', gauge, '--data', example, ...zone, '--rules', wrong]);
  await expect(refused).rejects.toThrow(/r\.yaml:8: rule flood-gauge\/waterlogging/);
});

test('an alarm that lasts through silence is explained', () => {
  const question = ['--rule', 'waterlogging', '--at', '2026-07-18 19:15'];
  const { code, out } = tocsin('explain', '--type', gauge, '--data', example, ...zone, ...question);
  expect(code).toBe(0);
  expect(out).toContain('In alarm since 2026-07-18 17:40:00 +08:00.');
  expect(out).toContain('Blue is in alarm; to end it: level < 5 cm held (4.7 cm); 3 min of 15 min.');
  expect(out).toContain('then 16 min without data, longer than maxGap (3 min)');
});

test('the only device of a file is explained without being named; of several, or none, their names are told', () => {
  const one = file('one.csv', 'device,time,level\nX,2026-07-18 08:00,3\nX,2026-07-18 08:01,4\n');
  const two = file('two.csv', 'device,time,level\nX,2026-07-18 08:00,3\nY,2026-07-18 08:01,4\n');
  const ask = (data: string, ...more: string[]) => {
    const asked = ['--type', gauge, '--data', data, ...zone, '--rule', 'waterlogging', '--at', '2026-07-18 08:01'];
    return explain([...asked, ...more]);
  };
  return Promise.all([
    expect(ask(one)).resolves.toMatchObject({ ok: true, text: expect.stringContaining('does not hold (4 cm)') }),
    expect(ask(two, '--device', 'Y')).resolves.toMatchObject({ ok: true, text: expect.stringContaining('(4 cm)') }),
    expect(ask(two)).resolves.toMatchObject({
      misunderstood: true,
      text: expect.stringMatching(/the data has readings of X, Y; say with --device which one is meant\./),
    }),
    expect(ask(one, '--device', 'NOPE')).resolves.toMatchObject({
      misunderstood: true,
      text: expect.stringMatching(/^--device is NOPE; of a .* the data has readings of X\./),
    }),
    expect(ask(file('none.csv', 'time,level\n'))).resolves.toEqual({
      ok: false,
      text: 'There is no reading that can be judged.',
    }),
  ]);
});

test('a column that no file has is an error that names those there are', async () => {
  const data = file('cols.csv', 'Zeit,Pegel [cm]\n2026-07-18 08:00,20\n');
  const more = file('more.csv', 'time,level\n2026-07-18 08:01,20\n');
  const named = ['--column', 'Zeit=time', '--column', 'Pegel=level'];
  const both = await backtest(['--type', gauge, '--data', data, '--data', more, ...zone, ...named]);
  expect(both.ok).toBe(true);
  const lines = file('lines.csv', 'time,channel,value\n2026-07-18 08:02,00065,20\n');
  const byLine = await backtest(['--type', gauge, '--data', lines, ...zone, '--column', '00065=level']);
  expect(byLine.ok).toBe(true);
  const wrong = backtest(['--type', gauge, '--data', data, ...zone, ...named, '--column', 'Wasserstand=level']);
  await expect(wrong).rejects.toThrow(
    '--column Wasserstand=level: there is no column Wasserstand. There are: Zeit, Pegel [cm].',
  );
});

/** Minutes after eight. */
const timeOf = (minutes: number) => new Date(Date.UTC(2026, 6, 18, 8, minutes)).toISOString().slice(11, 19);

test('rules that the readings can say little about are named', async () => {
  const data = file('hourly.csv', 'time,level\n2026-07-18 08:00,20\n2026-07-18 09:00,20\n2026-07-18 10:00,20\n');
  const text = '{ zh: 水, en: Water }';
  const head = `name: ${text}, advice: ${text}, source: ${text}, severity: red`;
  const rules = file(
    'rules.yaml',
    `- { id: held, ${head}, when: level > 15 cm, for: 10 min }
- { id: slow, ${head}, when: level > 15 cm, for: 10 min, maxGap: 2 h }
- { id: many, ${head}, when: 'devices(2 km, level > 15 cm) >= 2', maxGap: 2 h }
`,
  );
  const tried = await backtest(['--type', gauge, '--data', data, ...zone, '--rules', rules]);
  expect(tried.text).toContain('Readings are usually 1 h apart, more than maxGap (3 min) of held:');
  expect(tried.text).toContain('so neither is what many asks of devices around');
  // The level comes each minute, the battery with one sample in an hour.
  const rows = Array.from({ length: 121 }, (_, i) => `2026-07-18T${timeOf(i)}Z,20,${i % 60 === 0 ? 15 : ''}`);
  const rare = file('rare.csv', `time,level,battery\n${rows.join('\n')}\n`);
  const battery = file('battery.yaml', `- { id: weak, ${head}, when: battery < 20 %, for: 1 h }\n`);
  const { text: told } = await backtest(['--type', gauge, '--data', rare, '--rules', battery]);
  expect(told).toContain('Readings of battery are usually 1 h apart, more than maxGap (3 min) of weak:');
  const inChinese = await backtest(['--type', gauge, '--data', data, ...zone, '--rules', rules, '--lang', 'zh']);
  expect(inChinese.text).toContain('读数通常相隔 1 小时，超过 held 的 maxGap（3 分）');
  expect(inChinese.text).not.toContain('Readings are usually');
});

test('an expression in a text that is wrong is told with the line of the text', async () => {
  const text = '{ zh: 水, en: Water }';
  const rules = file(
    'rules.yaml',
    `- id: deep
  name: ${text}
  advice: ${text}
  source: ${text}
  severity: red
  when: level > 15 cm
  text: { zh: "深 {levl}", en: "Deep {level}" }
`,
  );
  await expect(backtest(['--type', gauge, '--data', example, ...zone, '--rules', rules])).rejects.toThrow(
    /rules\.yaml:7: .*there is no channel levl/,
  );
});

test('one rule alone needs no dash, and may ask devices of another type', async () => {
  const head = 'name: { zh: 名, en: Name }\nadvice: { zh: 做, en: Do }\nsource: { zh: 源, en: From }\n';
  const when = 'when: level > 10 cm && !(devices(500 m, "manhole-cover", water_level > -20 cm) >= 2)';
  const rules = file('one.yaml', `id: one\n${head}severity: red\n${when}\n`);
  const { text } = await backtest(['--type', 'flood-gauge', '--data', example, ...zone, '--rules', rules]);
  expect(text).toMatch(/^ {2}flood-gauge\/one {2}\d+$/m);
  const wrong = file('wrong.yaml', `id: one\n${head}severity: red\n${when.replace('level', 'depth')}\n`);
  await expect(backtest(['--type', 'flood-gauge', '--data', example, ...zone, '--rules', wrong])).rejects.toThrow(
    /wrong\.yaml:6: rule flood-gauge\/one: .*no channel depth/,
  );
});

test('what nobody has said of a device is named, so that "no alarm" is not taken for "all is well"', async () => {
  const rules = file(
    'rules.yaml',
    [
      ['near', 'level > limit(level, "closing")'],
      ['open', 'level > 5 cm && open_hours()'],
    ]
      .map(([id, when]) =>
        [`- id: ${id}`, '  name: { zh: 试, en: try }', '  advice: { zh: 试, en: try }', '  source: { zh: 试, en: try }']
          .concat(['  severity: blue', `  when: ${when}`])
          .join('\n'),
      )
      .join('\n'),
  );
  const data = file('two.csv', 'device,time,level\nG-1,2026-07-18 14:00,9\nG-2,2026-07-18 14:00,9\n');
  const { text } = await backtest(['--type', gauge, '--data', data, '--rules', rules, ...zone, '--json']);
  const notes = (JSON.parse(text).notes as { en: string }[]).map(({ en }) => en);
  expect(notes).toEqual([
    expect.stringMatching(/^Nobody has set a limit "closing" for G-1, G-2: /),
    expect.stringMatching(/^Nobody has set opening hours for G-1, G-2: /),
  ]);
});

test('who sends in batches was silent meanwhile, and has the same ledger', async () => {
  const [, ...lines] = readFileSync(example, 'utf8').trim().split('\n');
  const feed = (received: (at: number) => number) =>
    lines.flatMap((line) => {
      const [time, level] = line.split(',') as [string, string];
      const at = Date.parse(`${time}+08:00`);
      return level === '' ? [] : [JSON.stringify({ time: at, received: received(at), level: Number(level) })];
    });
  const told = async (feeding: string[]) => {
    const data = file('feed.ndjson', feeding.join('\n'));
    const { text } = await backtest(['--type', gauge, '--data', data, '--json']);
    const { ledger, silences } = JSON.parse(text) as { ledger: object[]; silences: object[] };
    return { ledger: JSON.stringify(ledger), silences: silences.length };
  };
  const [atOnce, batches] = [
    await told(feed((at) => at)),
    await told(feed((at) => Math.ceil(at / 3_000_000) * 3_000_000)),
  ];
  expect(batches.ledger).toBe(atOnce.ledger);
  expect(batches.silences).toBeGreaterThan(atOnce.silences);
});
