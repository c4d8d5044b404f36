import { expect, test } from 'vitest';
import { loadDeviceTypes } from '../../src/devices/registry.ts';
import type { AlarmEffect } from '../../src/model/alarm.ts';
import { compileType } from '../../src/rules/compile.ts';
import { Fold } from '../../src/rules/fold.ts';
import { rulesByType } from '../../src/rules/rules-of.ts';
import { testDevice } from './support.ts';

const { types } = loadDeviceTypes('devices');

test('an alarm says when it is about somebody’s life: calls for help, falls, open covers and gases', () => {
  const ids = [...types.values()].flatMap((type) => compileType(type).rules.filter(({ lifeSafety }) => lifeSafety));
  expect(ids.map(({ id }) => id).sort()).toEqual([
    'elder-wristband/fall',
    'elder-wristband/fall-no-movement',
    'elder-wristband/sos',
    'manhole-cover/carbon-monoxide',
    'manhole-cover/cover-open',
    'manhole-cover/cover-tilted',
    'manhole-cover/hydrogen-sulphide',
    'manhole-cover/methane',
    'manhole-cover/oxygen',
  ]);
  const fold = new Fold(rulesByType(new Map([...types].map(([id, type]) => [id, compileType(type)]))));
  const effects: AlarmEffect[] = [];
  const sample = { deviceId: 'd1', measuredAt: 0, receivedAt: 3_600_000, values: { sos: 1, worn: 0 } };
  fold.sample({ ...testDevice, type: 'elder-wristband' }, sample, effects);
  const raised = effects.flatMap((effect) => (effect.kind === 'raised' ? [effect] : []));
  expect(raised.find(({ ruleId }) => ruleId === 'elder-wristband/sos')).toMatchObject({ lifeSafety: true });
});
