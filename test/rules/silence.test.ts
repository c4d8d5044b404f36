import { describe, expect, test } from 'vitest';
import type { AlarmEffect } from '../../src/model/alarm.ts';
import type { Device } from '../../src/model/device.ts';
import { compileType } from '../../src/rules/compile.ts';
import { Fold } from '../../src/rules/fold.ts';
import { rulesByType } from '../../src/rules/rules-of.ts';
import { checkpointOf, deviceType, foldOf, story, testDevice } from './support.ts';

const minute = 60_000;

describe('silence', () => {
  const silent = deviceType({ channels: { level: 'cm' }, rules: [{ name: 'silent', silentForMs: 5 * minute }] });
  const run = (steps: (['hear' | 'tick', number] | 'restart')[], ticksEvery = 1000) => {
    let fold = foldOf(silent);
    const effects: AlarmEffect[] = [];
    let now = 0;
    fold.tick(now, [testDevice], effects);
    for (const step of steps) {
      if (step === 'restart') {
        const parts = checkpointOf(fold);
        fold = new Fold(rulesByType(new Map([[silent.id, compileType(silent)]])));
        for (const { key, state } of parts) fold.restore(key, state);
        continue;
      }
      const [what, at] = step;
      if (what === 'tick')
        for (; now < at * minute; now += ticksEvery) fold.tick(now + ticksEvery, [testDevice], effects);
      else
        fold.sample(
          testDevice,
          { deviceId: 'd1', measuredAt: at * minute, receivedAt: at * minute, values: { level: 1 } },
          effects,
        );
    }
    return story(effects);
  };

  test('of a device that stops, and ends with the next frame', () => {
    expect(
      run([
        ['hear', 0],
        ['tick', 4],
        ['hear', 4],
        ['tick', 8.9],
      ]),
    ).toEqual([]);
    expect(
      run([
        ['hear', 0],
        ['tick', 4],
        ['hear', 4],
        ['tick', 9],
        ['tick', 20],
        ['hear', 20],
      ]),
    ).toEqual(['raised yellow 9', 'cleared 20']);
  });

  test('of a device that has never been heard', () => {
    expect(run([['tick', 6]])).toEqual(['raised yellow 5']);
  });

  test('is not counted while we were not listening', () => {
    const fold = foldOf(silent);
    const effects: AlarmEffect[] = [];
    fold.tick(0, [testDevice], effects);
    fold.tick(60 * minute, [testDevice], effects);
    expect(effects).toEqual([]);
  });

  test('goes on counting after a restart', () => {
    expect(run([['hear', 0], ['tick', 3], 'restart', ['tick', 5]])).toEqual(['raised yellow 5']);
  });
});

test('silence of a device that was disabled begins when it is active again', () => {
  const fold = foldOf(deviceType({ channels: { level: 'cm' }, rules: [{ name: 'silent', silentForMs: 5 * minute }] }));
  const effects: AlarmEffect[] = [];
  const tickTo = (from: number, to: number, devices: Device[]) => {
    for (let at = from * minute; at < to * minute; at += 1000) fold.tick(at, devices, effects);
  };
  tickTo(0, 1, [testDevice]);
  tickTo(1, 60, []);
  tickTo(60, 64, [testDevice]);
  expect(effects).toEqual([]);
  tickTo(64, 66, [testDevice]);
  expect(story(effects)).toEqual(['raised yellow 65']);
});
