import { describe, expect, test } from 'vitest';
import type { AlarmEffect } from '../../src/model/alarm.ts';
import { compileType } from '../../src/rules/compile.ts';
import { Fold } from '../../src/rules/fold.ts';
import { rulesByType } from '../../src/rules/rules-of.ts';
import { deviceType, testDevice } from './support.ts';

const minute = 60_000;
const type = deviceType({
  channels: { level: 'cm' },
  rules: [
    { name: 'high', levels: [{ severity: 'yellow', when: 'level > 20 cm', forMs: 2 * minute }] },
    {
      name: 'often',
      levels: [{ severity: 'yellow', when: 'level > 20 cm', atLeast: { readings: 2, of: 3 } }],
    },
  ],
});

function foldOf() {
  return new Fold(rulesByType(new Map([['test-type', compileType(type)]])));
}

const devices = ['one', 'two'].map((id) => ({ ...testDevice, id }));

/** Kind, rule and minute of what is said of each device when their readings come in turn, one a minute. */
function said(fold: Fold, ...levels: number[][]): string[][] {
  const told = levels.map((): string[] => []);
  for (let at = 0; at < levels[0]!.length; at++)
    levels.forEach((ofDevice, i) => {
      const effects: AlarmEffect[] = [];
      const device = devices[i]!;
      const measuredAt = at * minute;
      const values = { level: ofDevice[at]! };
      fold.sample(device, { deviceId: device.id, measuredAt, receivedAt: measuredAt, values }, effects);
      for (const { kind, ...rest } of effects)
        if (kind === 'raised') told[i]!.push(`${at} ${'ruleId' in rest ? rest.ruleId : ''}`);
        else if (kind === 'cleared') told[i]!.push(`${at} over`);
    });
  return told;
}

describe('what nothing is known of', () => {
  test('what one device has measured says nothing about another with the same rules', () => {
    const together = said(foldOf(), [9, 30, 30, 30, 30, 9, 9, 9], [9, 9, 9, 30, 9, 30, 30, 30]);
    const [first] = said(foldOf(), [9, 30, 30, 30, 30, 9, 9, 9]);
    const [second] = said(foldOf(), [9, 9, 9, 30, 9, 30, 30, 30]);
    expect(together).toEqual([first, second]);
    expect(first).toEqual(['2 test-type/often', '3 test-type/high', '5 over', '6 over']);
    expect(second).toEqual(['5 test-type/often', '7 test-type/high']);
  });

  test('evidence is counted from its first reading, however long nothing was under way', () => {
    const quiet = new Array<number>(200).fill(9);
    expect(said(foldOf(), [...quiet, 30, 9, 9, 30, 9, 30])).toEqual([['205 test-type/often']]);
  });

  test('to look ahead at devices, also at one that is not there, changes nothing', () => {
    const [looking, not] = [foldOf(), foldOf()];
    const levels = [9, 30, 30, 30, 9, 9];
    levels.forEach((level, at) => {
      looking.lookAhead([devices[0]!, { ...testDevice, id: 'nobody' }, devices[0]!]);
      for (const fold of [looking, not]) {
        const time = at * minute;
        fold.sample(devices[0]!, { deviceId: 'one', measuredAt: time, receivedAt: time, values: { level } }, []);
      }
      expect(looking.stateOf(devices[0]!)).toEqual(not.stateOf(devices[0]!));
    });
    expect(looking.takeTouched()).toEqual(not.takeTouched());
  });

  test('a checkpoint of a device at rest goes on like any other', () => {
    const fold = foldOf();
    said(fold, [9, 30, 9, 9, 9]);
    const again = foldOf();
    for (const { key, state } of fold.partsOf('one')) again.restore(key, JSON.parse(JSON.stringify(state)));
    expect(fold.stateOf(devices[0]!)!.rules['test-type/often']!.cells).toBeUndefined();
    const effects: AlarmEffect[] = [];
    for (const at of [5, 6]) {
      const time = at * minute;
      again.sample(
        devices[0]!,
        { deviceId: 'one', measuredAt: time, receivedAt: time, values: { level: 30 } },
        effects,
      );
    }
    expect(effects.map(({ kind }) => kind)).toEqual(['raised']);
  });
});
