import { type DecodeLimits, decode } from '../devices/decode.ts';
import type { DeviceType } from '../model/device-type.ts';
import type { Frame } from '../model/frame.ts';
import type { Reading } from '../model/reading.ts';
import type { Logger } from '../shared/logger.ts';
import type { DeviceDirectory } from './device-directory.ts';

export interface FrameReadingsOptions {
  devices: DeviceDirectory;
  deviceTypes: ReadonlyMap<string, DeviceType>;
  limits: DecodeLimits;
  log: Logger;
}

/**
 * The readings in a frame. What is wrong in it is left out without a word: the engine reads the same frame, and it is
 * the engine that counts and quarantines.
 */
export class FrameReadings {
  readonly #options: FrameReadingsOptions;

  constructor(options: FrameReadingsOptions) {
    this.#options = options;
  }

  /** Devices changed in the store. */
  async reload(): Promise<void> {
    await this.#options.devices.load();
  }

  async of(frame: Frame): Promise<Reading[]> {
    const { devices, deviceTypes, limits, log } = this.#options;
    const device = devices.get(frame.deviceId) ?? (await devices.find(frame.deviceId));
    const type = device && deviceTypes.get(device.type);
    if (!type) return [];
    try {
      return decode(type, frame, limits).samples.flatMap(({ deviceId, measuredAt, receivedAt, values }) =>
        Object.entries(values).map(([channel, value]) => {
          return { deviceId, deviceType: type.id, channel, value, measuredAt, receivedAt };
        }),
      );
    } catch (error) {
      // A mistake of ours must not stop the historian at this frame for ever.
      log.error({ err: error, device: frame.deviceId }, 'A frame could not be decoded; its readings are left out');
      return [];
    }
  }
}
