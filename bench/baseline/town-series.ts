import { join } from 'node:path';
import { loadBehaviours } from '../../simulator/behaviour.ts';
import { SimulatedDevice } from '../../simulator/simulated-device.ts';
import { everyFiveMinutes, type QuietSeries } from './quiet-series.ts';

/** Device type → the channel of it that has a baseline. */
const channels: Record<string, string> = {
  'elder-wristband': 'heart_rate',
  'flood-gauge': 'level',
  'kitchen-fume': 'fume',
  'manhole-cover': 'water_level',
};

/** What the devices of the simulated town measure. */
export function townSeries(devices: number, days: number): QuietSeries[] {
  const behaviours = loadBehaviours(join(import.meta.dirname, '../../devices'));
  return Object.entries(channels).flatMap(([type, channel]) => {
    const behaviour = behaviours.get(type)!;
    return Array.from({ length: devices }, (_, index) => {
      const id = `${type}-${index}`;
      const device = new SimulatedDevice(id, behaviour, { latitude: 0, longitude: 0 }, 1);
      return everyFiveMinutes(`${type} ${channel}`, id, days, (at) => Number(device.measure(at)[channel]));
    });
  });
}
