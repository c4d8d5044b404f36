import type { Device } from '../../model/device.ts';
import type { DeviceType } from '../../model/device-type.ts';
import { clockMarkOf } from '../../model/reading.ts';
import type { ApiContext } from '../context.ts';
import type { LatestValue } from '../contract.ts';

/**
 * The newest value of each channel of a device, and whether its time is the device's own.
 * @throws TocsinError TELEMETRY_UNAVAILABLE
 */
export async function findLatest({ historian }: ApiContext, device: Device, type: DeviceType): Promise<LatestValue[]> {
  const channels = type.channels.map(({ name }) => name);
  const found = await historian.latest(device.id, [...channels, ...channels.map(clockMarkOf)]);
  const times = new Map(found.map(({ channel, measuredAt }) => [channel, measuredAt]));
  return found
    .filter(({ channel }) => type.channelByName.has(channel))
    .map((latest) =>
      times.get(clockMarkOf(latest.channel)) === latest.measuredAt ? { ...latest, quality: 'clock' } : latest,
    );
}
