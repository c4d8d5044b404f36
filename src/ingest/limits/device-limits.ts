import type { DeviceType } from '../../model/device-type.ts';
import type { Clock } from '../../shared/clock.ts';
import { DeviceLimit, type RatePerDevice } from './device-limit.ts';

/** Idle ones are looked for when there are so many, and then whenever there are twice as many as were kept. */
const FEW = 1024;

export interface DeviceLimitsParts {
  ratePerDevice: RatePerDevice;
  deviceTypes: ReadonlyMap<string, DeviceType>;
  /** Milliseconds that never jump. */
  steady: Clock;
}

/** The limits of all devices that have shown their credential. As many as there are devices, at most. */
export class DeviceLimits {
  readonly #parts: DeviceLimitsParts;
  readonly #limits = new Map<string, DeviceLimit>();
  #sweepAt = FEW;

  constructor(parts: DeviceLimitsParts) {
    this.#parts = parts;
  }

  /** Number of devices that are remembered. */
  get size(): number {
    return this.#limits.size;
  }

  of(device: { id: string; type: string }): DeviceLimit {
    const known = this.#limits.get(device.id);
    if (known?.type === device.type) return known;
    const { deviceTypes, ratePerDevice } = this.#parts;
    const limit = new DeviceLimit(device.type, deviceTypes.get(device.type), ratePerDevice);
    this.#limits.set(device.id, limit);
    if (this.#limits.size > this.#sweepAt) this.#sweep();
    return limit;
  }

  #sweep(): void {
    const now = this.#parts.steady.now();
    for (const [id, limit] of this.#limits) if (limit.isIdle(now)) this.#limits.delete(id);
    this.#sweepAt = Math.max(FEW, 2 * this.#limits.size);
  }
}
