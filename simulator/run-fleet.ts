import type { ApiClient } from './api-client.ts';
import { Fleet, type FleetOptions } from './fleet.ts';
import { settleTown } from './settle-town.ts';
import { Step } from './terminal.ts';

/**
 * Puts the town into the service, connects its devices and uploads their past, telling each step at the terminal.
 * @returns the fleet, ready to begin its scenario.
 */
export async function readyFleet(
  api: ApiClient,
  peoplePassword: string,
  options: Omit<FleetOptions, 'secrets'>,
  signal: AbortSignal,
): Promise<Fleet> {
  const { town, historyMs } = options;
  const count = (step: Step) => (devices: number) => {
    signal.throwIfAborted();
    step.progress(`${devices} / ${town.devices.length}`);
  };

  const settle = new Step({ zh: '登记网格、人员与设备', en: 'areas, people and devices' });
  const secrets = await settleTown(api, town, peoplePassword, count(settle));
  settle.done(`${town.grids.length} grids, ${town.people.length} people, ${town.devices.length} devices`);

  const fleet = new Fleet({ ...options, secrets });
  try {
    const connect = new Step({ zh: '设备接入 MQTT', en: 'devices on MQTT' });
    await fleet.connect(count(connect));
    connect.done(`${town.devices.length} connections`);

    if (historyMs > 0) {
      const past = new Step({ zh: '补传历史数据', en: 'their past, as they have stored it' });
      await fleet.uploadPast(count(past));
      past.done(`${Math.round(historyMs / 3_600_000)} h, ${fleet.counts.samples.toLocaleString('en')} samples`);
    }
  } catch (error) {
    await fleet.close();
    throw error;
  }
  return fleet;
}
