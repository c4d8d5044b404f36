import type { Historian } from '../../api/context.ts';
import type { Device } from '../../model/device.ts';
import type { Sample } from '../../model/sample.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
/** Devices whose day is held in memory at once; more are read in shorter pieces. */
const devicesByDay = 8;

export interface KeptSpan {
  devices: readonly Device[];
  /** Names of the channels of a device. */
  channelsOf(device: Device): readonly string[];
  /** Measured time: inclusive, exclusive. Milliseconds. */
  from: number;
  to: number;
}

/**
 * The samples that the telemetry store has of some devices, in measured order, piece by piece. When they were received
 * is not kept there: they are taken for received when they were measured.
 */
export async function* keptSamples(
  { devices, channelsOf, from, to }: KeptSpan,
  range: Historian['range'],
): AsyncGenerator<{ samples: Sample[]; until: number }> {
  const pieceMs = Math.max(hourMs, Math.floor((dayMs * devicesByDay) / Math.max(devicesByDay, devices.length)));
  for (let at = from; at < to; at += pieceMs) {
    const until = Math.min(at + pieceMs, to);
    const samples: Sample[] = [];
    for (const device of devices) samples.push(...(await samplesOf(device.id, channelsOf(device), at, until, range)));
    yield { samples: samples.sort((a, b) => a.measuredAt - b.measuredAt || (a.deviceId < b.deviceId ? -1 : 1)), until };
  }
}

async function samplesOf(
  deviceId: string,
  channels: readonly string[],
  from: number,
  to: number,
  range: Historian['range'],
): Promise<Iterable<Sample>> {
  const byTime = new Map<number, Sample>();
  for (const channel of channels) {
    // Steps of a millisecond are single readings.
    for (const { at, mean } of await range({ deviceId, channel, from, to, stepMs: 1 })) {
      const known = byTime.get(at);
      if (known) known.values[channel] = mean;
      else byTime.set(at, { deviceId, measuredAt: at, receivedAt: at, values: { [channel]: mean } });
    }
  }
  return byTime.values();
}
