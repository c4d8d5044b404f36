import { type Device, standsAs } from '../model/device.ts';
import { internalDevices } from '../model/internal.ts';
import type { Store } from '../store/open.ts';

/** The devices of the store and Tocsin's own, in memory, for threads that look one up for every frame. */
export class DeviceDirectory {
  readonly #store: Store;
  #devices = new Map<string, Device>();
  /** Numbers that were given: a device that was removed keeps its own. */
  #numbers = 0;
  /** Null: to be made when somebody asks. */
  #active: Device[] | null = null;
  /** What could not be read again: it is, with what changes next. */
  readonly #failed = new Set<string>();
  /** Ids that were looked for in vain: not a reason to look for each of their frames. */
  readonly #missing = new Set<string>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Reads all devices. */
  async load(): Promise<void> {
    const devices: Device[] = [...(await this.#rows().execute()), ...internalDevices];
    this.#devices = new Map(devices.map((device) => [device.id, { ...device, number: this.#numbers++ }]));
    this.#active = null;
  }

  /**
   * Reads some devices again: of a large town that is little. One that is known stays the same object with what is said of
   * it now, so that all who hold it know where it stands.
   * @returns whether one that was known is elsewhere, or gone.
   */
  async reload(ids: readonly string[]): Promise<boolean> {
    const asked = [...new Set([...this.#failed, ...ids])];
    this.#failed.clear();
    try {
      return await this.#readAgain(asked);
    } catch (error) {
      for (const id of asked) this.#failed.add(id);
      throw error;
    }
  }

  async #readAgain(ids: readonly string[]): Promise<boolean> {
    const rows = await this.#rows().where('id', 'in', ids).execute();
    const found = new Map(rows.map((row) => [row.id, row]));
    let moved = false;
    for (const id of ids) {
      this.#missing.delete(id);
      const [known, row] = [this.#devices.get(id), found.get(id)];
      if (known && !(row && standsAs(known, row))) moved = true;
      if (row) this.#devices.set(id, known ? Object.assign(known, row) : { ...row, number: this.#numbers++ });
      else this.#devices.delete(id);
    }
    this.#active = null;
    return moved;
  }

  #rows() {
    const columns = ['id', 'type', 'name', 'latitude', 'longitude', 'gridId', 'state'] as const;
    return this.#store.selectFrom('device').select(columns);
  }

  get(id: string): Device | undefined {
    return this.#devices.get(id);
  }

  /** The device; one that is not known may have been made a moment ago, so the store is asked once. */
  async find(id: string): Promise<Device | undefined> {
    if (!this.#devices.has(id) && !this.#missing.has(id)) {
      // Without those that could not be read before: that one of them has moved would be told to nobody.
      await this.#readAgain([id]);
      if (!this.#devices.has(id)) this.#missing.add(id);
    }
    return this.#devices.get(id);
  }

  /** The devices that should be heard from: another list when they are others. */
  get active(): readonly Device[] {
    this.#active ??= [...this.#devices.values()].filter((device) => device.state === 'active');
    return this.#active;
  }
}
