import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadBehaviours } from '../../simulator/behaviour.ts';
import { loadDeviceTypes } from '../../src/devices/registry.ts';

const devicesDir = join(import.meta.dirname, '../../devices');

test('a simulated device obeys what its type declares: every command, and no other', () => {
  const { types } = loadDeviceTypes(devicesDir);
  const obeyed = [...loadBehaviours(devicesDir).values()].map(({ type, commands }) => [type, Object.keys(commands)]);
  expect(obeyed).toEqual([...types.values()].map(({ id, commands }) => [id, commands.map(({ name }) => name)]));
  expect(obeyed).toContainEqual(['road-sign', ['show', 'clear']]);
});

test.each([
  ['one that the type lacks', '{ stop: {}, reboot: {} }', 'device.yaml has no command "reboot"'],
  ['one too few', '{}', 'say what changes at the command "stop" of device.yaml, or {}'],
  ['a channel that the type lacks', '{ stop: { flow: 0 } }', 'device.yaml has no channel "flow"'],
])('a simulator.yaml whose commands do not fit is refused: %s', (_, commands, message) => {
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-behaviour-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  mkdirSync(join(dir, 'pump'));
  writeFileSync(
    join(dir, 'pump/device.yaml'),
    `id: pump
name: { zh: 泵, en: Pump }
period: 1 min
channels:
  on: { label: { zh: 运行, en: Running }, kind: switch }
commands:
  - { name: stop, label: { zh: 停, en: Stop } }
`,
  );
  writeFileSync(join(dir, 'pump/simulator.yaml'), `channels: { on: { always: true } }\ncommands: ${commands}\n`);
  expect(() => loadBehaviours(dir)).toThrow(message);
});
