import { stripVTControlCharacters } from 'node:util';
import { afterEach, expect, test, vi } from 'vitest';
import { AlarmBoard } from '../../simulator/alarm-board.ts';
import { buildTown } from '../../simulator/town.ts';
import { type Alarm, DeviceType } from '../../src/api/contract.ts';
import { loadDeviceTypes } from '../../src/devices/registry.ts';

afterEach(() => vi.restoreAllMocks());

test('an alarm is told with what its channels are called, units and states, in both languages', () => {
  let said = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += stripVTControlCharacters(String(text));
    return true;
  });
  const types = [...loadDeviceTypes('devices').types.values()].map((type) => DeviceType.parse(type));
  const alarm = {
    id: 'a',
    ruleId: 'kitchen-fume/over-limit',
    ruleName: { zh: '油烟超标', en: 'Fume over the limit' },
    deviceId: 'fume-1',
    deviceName: '油烟监测仪',
    deviceType: 'kitchen-fume',
    gridId: 'dukou-1',
    severity: 'orange',
    values: { fan: 1, fume: 4.1123 },
    assignee: null,
  } as unknown as Alarm;
  new AlarmBoard(buildTown(60), types).show(alarm);
  expect(said).toContain('油烟浓度 Fume concentration 4.11\u00a0mg/m³, 风机 Fan 运行 Running');
});
