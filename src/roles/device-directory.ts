import type { Device } from '../model/device.ts';
import { internalDevices } from '../model/internal.ts';
import type { Store } from '../store/open.ts';

/** The devices of the store and Tocsin's own, in memory, for threads that look one up for every frame. */
export class DeviceDirectory {
  readonly #store: Store;
  #devices = new Map<string, Device>();
  #active: Device[] = [];
  /** Ids that were looked for in vain since the last load: not a reason to load for each of their frames. */
  readonly #missing = new Set<string>();

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Reads the devices again. One that is known stays the same object with what is said of it now, so that all who hold it
   * know where it stands.
   */
  async load(): Promise<void> {
    const rows = await this.#store
      .selectFrom('device')
      .select(['id', 'type', 'name', 'latitude', 'longitude', 'gridId', 'state'])
      .execute();
    const devices = [...rows, ...internalDevices].map((row) => Object.assign(this.#devices.get(row.id) ?? row, row));
    this.#missing.clear();
    this.#devices = new Map(devices.map((device) => [device.id, device]));
    this.#active = devices.filter((device) => device.state === 'active');
  }

  get(id: string): Device | undefined {
    return this.#devices.get(id);
  }

  /** The device; one that is not known may have been made a moment ago, so the store is asked once. */
  async find(id: string): Promise<Device | undefined> {
    if (!this.#devices.has(id) && !this.#missing.has(id)) {
      await this.load();
      if (!this.#devices.has(id)) this.#missing.add(id);
    }
    return this.#devices.get(id);
  }

  /** The devices that should be heard from. */
  get active(): readonly Device[] {
    return this.#active;
  }
}
