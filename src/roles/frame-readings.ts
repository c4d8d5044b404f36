import { type DecodeLimits, decode } from '../devices/decode.ts';
import type { Device } from '../model/device.ts';
import type { DeviceType } from '../model/device-type.ts';
import type { Frame } from '../model/frame.ts';
import { clockMarkOf, type Reading } from '../model/reading.ts';
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

  /**
   * Adds a frame's readings to `into`. Waits only for a device that is not known yet: a promise for each frame would
   * cost as much as its JSON.
   */
  add(frame: Frame, into: Reading[]): Promise<void> | undefined {
    const device = this.#options.devices.get(frame.deviceId);
    if (!device) return this.#find(frame, into);
    this.#decode(device, frame, into);
    return undefined;
  }

  async #find(frame: Frame, into: Reading[]): Promise<void> {
    const device = await this.#options.devices.find(frame.deviceId);
    if (device) this.#decode(device, frame, into);
  }

  #decode(device: Device, frame: Frame, into: Reading[]): void {
    const { deviceTypes, limits, log } = this.#options;
    const type = deviceTypes.get(device.type);
    if (!type) return;
    try {
      const deviceType = type.id;
      for (const { deviceId, measuredAt, receivedAt, quality, values } of decode(type, frame, limits).samples) {
        for (const channel in values) {
          into.push({ deviceId, deviceType, channel, value: values[channel]!, measuredAt, receivedAt });
          if (quality !== 'clock') continue;
          into.push({ deviceId, deviceType, channel: clockMarkOf(channel), value: 1, measuredAt, receivedAt });
        }
      }
    } catch (error) {
      // A mistake of ours must not stop the historian at this frame for ever.
      log.error({ err: error, device: frame.deviceId }, 'A frame could not be decoded; its readings are left out');
    }
  }
}
