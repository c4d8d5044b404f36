import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkDeviceType } from '../../src/devices/check.ts';
import { loadDeviceType, loadDeviceTypes } from '../../src/devices/registry.ts';

const shipped = join(import.meta.dirname, '../../devices');
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tocsin-devices-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const device = `id: pump
name: { zh: 泵, en: Pump }
period: 1 min
channels:
  flow: { label: { zh: 流量, en: Flow }, unit: L/s, min: 0, max: 100 }
  on: { label: { zh: 运行, en: Running }, kind: switch }
`;

function write(folder: string, files: Record<string, string>): string {
  const path = join(dir, folder);
  mkdirSync(path, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
}

function messageOf(files: Record<string, string>): string {
  write('pump', files);
  return loadDeviceTypes(dir).problems[0]?.message ?? 'no problem';
}

const rule = (body: string) => `- id: a
  name: { zh: 甲, en: A }
  advice: { zh: 看, en: Look }
  source: { zh: 测试。, en: A test. }
${body.replace(/^/gm, '  ')}
`;

test('a folder becomes a type, with what it leaves out filled in', () => {
  write('pump', { 'device.yaml': device, 'rules.yaml': rule('severity: red\nwhen: flow > 9 L/s') });
  const type = loadDeviceTypes(dir).types.get('pump')!;
  expect(type.channels).toEqual([
    { name: 'flow', label: { zh: '流量', en: 'Flow' }, unit: 'L/s', kind: 'number', min: 0, max: 100, baseline: false },
    { name: 'on', label: { zh: '运行', en: 'Running' }, unit: '1', kind: 'switch', min: 0, max: 1, baseline: false },
  ]);
  expect(type.rules).toEqual([
    {
      id: 'pump/a',
      deviceType: 'pump',
      name: { zh: '甲', en: 'A' },
      advice: { zh: '看', en: 'Look' },
      source: { zh: '测试。', en: 'A test.' },
      levels: [{ severity: 'red', when: 'flow > 9 L/s', forMs: 0, clear: null, clearForMs: 0 }],
      silentForMs: null,
      severity: 'red',
      maxGapMs: 180_000,
      onGap: 'restart',
    },
  ]);
});

test('what a switch calls on and off, and what the devices obey, is in the type', () => {
  const file = device.replace(
    'kind: switch',
    'kind: switch, states: { on: { zh: 转, en: Runs }, off: { zh: 停, en: Stands } }',
  );
  const commands = `commands:
  - name: stop
    label: { zh: 停机, en: Stop }
  - name: run
    label: { zh: 开机, en: Run }
    arguments:
      - { name: flow, label: { zh: 流量, en: Flow }, kind: number }
      - { name: reason, label: { zh: 原因, en: Reason }, required: false, maxLength: 80 }
`;
  write('pump', { 'device.yaml': `${file}${commands}` });
  const type = loadDeviceTypes(dir).types.get('pump')!;
  expect(type.channelByName.get('on')!.states).toEqual({
    on: { zh: '转', en: 'Runs' },
    off: { zh: '停', en: 'Stands' },
  });
  expect(type.commands).toEqual([
    { name: 'stop', label: { zh: '停机', en: 'Stop' }, arguments: [] },
    {
      name: 'run',
      label: { zh: '开机', en: 'Run' },
      arguments: [
        { name: 'flow', label: { zh: '流量', en: 'Flow' }, kind: 'number', required: true },
        { name: 'reason', label: { zh: '原因', en: 'Reason' }, kind: 'text', required: false, maxLength: 80 },
      ],
    },
  ]);
});

test('a ladder has its levels, and the severity of the highest', () => {
  const levels = `maxGap: 10 min
onGap: freeze
levels:
  - { severity: blue, when: flow > 1 L/s, for: 30 s }
  - { severity: red, when: flow > 9 L/s, clear: flow < 5 L/s, clearFor: 15 min }`;
  write('pump', { 'device.yaml': device, 'rules.yaml': rule(levels) });
  expect(loadDeviceType(join(dir, 'pump')).rules[0]).toMatchObject({
    severity: 'red',
    maxGapMs: 600_000,
    onGap: 'freeze',
    levels: [
      { severity: 'blue', forMs: 30_000, clear: null },
      { severity: 'red', forMs: 0, clear: 'flow < 5 L/s', clearForMs: 900_000 },
    ],
  });
});

test('a rule of silence has no levels', () => {
  write('pump', { 'device.yaml': device, 'rules.yaml': rule('severity: yellow\nsilentFor: 15 min') });
  expect(loadDeviceType(join(dir, 'pump')).rules[0]).toMatchObject({
    levels: [],
    silentForMs: 900_000,
    severity: 'yellow',
  });
});

test('a broken folder is left out and named, the others live', () => {
  cpSync(join(shipped, 'flood-gauge'), join(dir, 'flood-gauge'), { recursive: true });
  write('pump', { 'device.yaml': 'id: [' });
  write('Bad Name', { 'device.yaml': device });
  write('empty', {});
  const warned: string[] = [];
  const log = { warn: (_keys: object, message: string) => void warned.push(message) };
  const { types, problems } = loadDeviceTypes(dir, log as never);
  expect([...types.keys()]).toEqual(['flood-gauge']);
  expect(problems.map(({ folder }) => folder)).toEqual(['Bad Name', 'empty', 'pump']);
  expect(problems[1]!.message).toBe('empty/device.yaml: the file is missing or cannot be read');
  expect(warned).toHaveLength(3);
});

test('a folder that is linked to from elsewhere is one of them, a link to nowhere is none', () => {
  const kept = mkdtempSync(join(tmpdir(), 'tocsin-devices-kept-'));
  writeFileSync(join(kept, 'device.yaml'), device);
  symlinkSync(kept, join(dir, 'pump'));
  symlinkSync(join(kept, 'nowhere'), join(dir, 'lost'));
  const { types, problems } = loadDeviceTypes(dir);
  rmSync(kept, { recursive: true });
  expect([[...types.keys()], problems]).toEqual([['pump'], []]);
});

test('a folder of folders that is not there stops the start', () => {
  expect(() => loadDeviceTypes(join(dir, 'nowhere'))).toThrow(/cannot be read; set devicesDir/);
});

test.each([
  ['a unit', device.replace('L/s', 'gallons'), /^pump\/device\.yaml:5: channels\.flow\.unit: "gallons" is no unit/],
  [
    'a range',
    device.replace('max: 100', 'max: 0'),
    /pump\/device\.yaml:5: channels\.flow\.max: max must be above min, 0/,
  ],
  ['no range', device.replace(', min: 0, max: 100', ''), /needs min and max/],
  [
    'a name',
    device.replace('flow:', 'Flow-Rate:'),
    /pump\/device\.yaml:5: channels\.Flow-Rate: names are in snake_case/,
  ],
  ['a taken name', device.replace('flow:', 'time:'), /channels\.time: "time" means something else/],
  ['a period', device.replace('1 min', 'often'), /pump\/device\.yaml:3: period: "often" is no duration/],
  ['a label', device.replace('zh: 流量, ', ''), /pump\/device\.yaml:5: channels\.flow\.label\.zh/],
  [
    'a list instead of keys',
    device.replace(/channels:[\s\S]*/, 'channels: []\n'),
    /:4: channels: must be keys with their values/,
  ],
  ['an unknown key', `${device}colour: red\n`, /Unrecognized key: "colour"/],
  ['a foreign id', device.replace('id: pump', 'id: fan'), /id is "fan" but the folder is "pump"/],
  [
    'a number with states',
    device.replace('max: 100', 'max: 100, states: { on: { zh: 转, en: Runs }, off: { zh: 停, en: Stands } }'),
    /channels\.flow\.states: only a switch has states/,
  ],
  [
    'a momentary number',
    device.replace('max: 100', 'max: 100, momentary: true'),
    /channels\.flow\.momentary: only a switch is momentary/,
  ],
  [
    'half of the states',
    device.replace('kind: switch', 'kind: switch, states: { on: { zh: 转, en: Runs } }'),
    /channels\.on\.states\.off: is missing, both languages/,
  ],
  [
    'a command without a label',
    `${device}commands: [{ name: stop }]\n`,
    /commands\.0\.label: is missing, both languages/,
  ],
  [
    'a command twice',
    `${device}commands:\n  - &stop { name: stop, label: { zh: 停, en: Stop } }\n  - *stop\n`,
    /commands\.1\.name: there is a "stop" already/,
  ],
  [
    'a number with a length',
    `${device}commands: [{ name: run, label: { zh: 开, en: Run }, arguments: [{ name: flow, label: { zh: 流量, en: Flow }, kind: number, maxLength: 9 }] }]\n`,
    /commands\.0\.arguments\.0\.maxLength: only a text/,
  ],
  ['a switch with a unit', device.replace('kind: switch', 'kind: switch, unit: cm'), /a switch has no unit/],
  [
    'a path to nowhere',
    `${device}map: { level: { path: a.b } }\n`,
    /map\.level: there is no such channel; there are flow, on/,
  ],
  [
    'a path of another kind',
    `${device}map: { flow: { path: a, unit: cm } }\n`,
    /cm cannot be converted to the channel's unit, L\/s/,
  ],
])('device.yaml: %s is told with its line', (_, text, message) => {
  expect(messageOf({ 'device.yaml': text })).toMatch(message);
});

test.each([
  ['no condition', 'severity: red', /pump\/rules\.yaml:1: rule "a": when: is missing: a condition/],
  ['an empty condition', 'severity: red\nwhen: ""', /pump\/rules\.yaml:6: rule "a": when/],
  [
    'a severity',
    'severity: purple\nwhen: on',
    /pump\/rules\.yaml:5: rule "a": severity: is no severity; there are blue, yellow, orange, red/,
  ],
  ['a hold', 'severity: red\nwhen: on\nfor: a while', /pump\/rules\.yaml:7: rule "a": for: "a while" is no duration/],
  ['a mixture', 'severity: red\nwhen: on\nsilentFor: 5 min', /when: is no key here; there are id, .*silentFor, of/],
  [
    'a misspelt key',
    'severity: red\nwen: on',
    /rules\.yaml:6: rule "a": wen: is no key here; there are .*severity, when, for, atLeast/,
  ],
  ['times without a time', 'severity: red\nwhen: on\ntimes: 3', /rule "a": times: times and within belong together/],
  ['readings', 'severity: red\nwhen: on\natLeast: 5 of 3', /rules\.yaml:7: rule "a": atLeast: .*write it as "3 of 5"/],
  ['a sequence of one', 'severity: red\nsequence: [{ when: on }]', /sequence has at least two steps/],
  [
    'a step',
    'severity: red\nsequence: [{ when: on }, { wenn: on }]',
    /sequence\.1\.wenn: is no key here; there are when, for/,
  ],
  [
    'a hold of a sequence',
    'severity: red\nfor: 1 min\nsequence: [{ when: on }, { when: on }]',
    /for: a sequence says it/,
  ],
  ['a silence', 'severity: red\nsilentFor: 6 perods', /silentFor: "6 perods" is no duration above 0/],
  [
    'a ladder upside down',
    'levels: [{ severity: red, when: on }, { severity: blue, when: on }]',
    /pump\/rules\.yaml:5: rule "a": levels: .*from least to most severe/,
  ],
  ['no list of levels', 'levels:\n  red: on', /rules\.yaml:5: rule "a": levels: a list of levels, each beginning with/],
  ['a ladder without levels', 'levels: []', /rules\.yaml:5: rule "a": levels: at least one level/],
  [
    'a hold of a new wave',
    'severity: red\nwhen: on\nrearm:\n  after: flow < 2 L/s\n  for: ten',
    /rules\.yaml:9: rule "a": rearm\.for: "ten" is no duration/,
  ],
  [
    'a third language',
    'severity: red\nwhen: on\ntext: { zh: 流, en: Flow, fr: Débit }',
    /rules\.yaml:7: rule "a": text\.fr: is no key here; there are zh, en/,
  ],
  [
    'a channel that is none',
    'severity: red\nsilentFor: 5 min\nof: [flow, 5]',
    /rules\.yaml:7: rule "a": of\.1: the name/,
  ],
  ['too many', 'severity: red\nwhen: on\nconfirm: 31', /rules\.yaml:7: rule "a": confirm: a whole number from 2 to 30/],
  ['a key twice', 'severity: red\nwhen: on\nwhen: flow > 2 L/s', /rules\.yaml:7: when: is there twice/],
])('rules.yaml: %s is told with its line', (_, body, message) => {
  expect(messageOf({ 'device.yaml': device, 'rules.yaml': rule(body) })).toMatch(message);
});

test('a text in one language is told', () => {
  const plain = rule('severity: red\nwhen: on').replace(/source: .*/, 'source: A test.');
  expect(messageOf({ 'device.yaml': device, 'rules.yaml': plain })).toMatch(
    /pump\/rules\.yaml:4: rule "a": source: both languages are needed: \{ zh/,
  );
});

test.each([
  [
    'one language alone',
    (text: string) => text.replace(/name: .*/, 'name: { zh: 水泵 }'),
    /:2: .*name\.en: both languages/,
  ],
  [
    'no severity',
    (text: string) => text.replace(/severity: red\n */, ''),
    /severity: is missing; there are blue, yellow/,
  ],
  ['a tab', (text: string) => text.replace('  when', '\twhen'), /:\d+: the line begins with a tab/],
  ['no list', () => 'hello', /:1: a list of rules, each beginning with "- id/],
])('rules.yaml: %s is told with what is allowed', (_, change, message) => {
  const text = change(rule('severity: red\nwhen: on'));
  expect(messageOf({ 'device.yaml': device, 'rules.yaml': text })).toMatch(message);
});

test('two rules of one name are told', () => {
  const one = rule('severity: red\nwhen: on');
  expect(messageOf({ 'device.yaml': device, 'rules.yaml': one + one })).toMatch(/rule "a": id: "a" is there twice/);
});

test('the check says what differs, and wants a bad frame among the examples', () => {
  const examples = `- { name: right, payload: { flow: 1 }, expect: { samples: [{ values: { flow: 1 } }] } }
- { name: wrong, payload: { flow: 1 }, expect: { samples: [{ values: { flow: 2 } }] } }
- { name: other, payload: { on: true }, expect: { samples: [{ values: { on: 1 } }] } }
`;
  const path = write('pump', { 'device.yaml': device, 'examples.yaml': examples });
  const { checked, failures } = checkDeviceType(path);
  expect(checked).toBe(3);
  expect(failures).toHaveLength(2);
  expect(failures[0]).toMatch(/^pump\/examples\.yaml: "wrong": expected .*"flow":2.*, got .*"flow":1/);
  expect(failures[1]).toMatch(/no example of a bad frame/);
});

test('the check tells what is wrong with the folder itself', () => {
  expect(checkDeviceType(write('pump', {}))).toEqual({
    checked: 0,
    failures: ['pump/device.yaml: the file is missing or cannot be read'],
  });
});
