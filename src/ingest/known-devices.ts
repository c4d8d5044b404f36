import type { Device } from '../model/device.ts';
import { TocsinError } from '../shared/errors.ts';
import type { Store } from '../store/open.ts';
import { type HashedSecret, verifySecret } from './credentials.ts';

/** What the door needs to know of a device. */
export type KnownDevice = Pick<Device, 'id' | 'type' | 'gridId' | 'state'> & HashedSecret;

/** Reads devices as they are now: those of some ids, or all. */
export type ReadDevices = (ids?: readonly string[]) => Promise<KnownDevice[]>;

/** Reads them from the relational store. */
export function devicesOfStore(store: Store): ReadDevices {
  const columns = ['id', 'type', 'gridId', 'state', 'secretSalt', 'secretHash'] as const;
  return (ids) => {
    const all = store.selectFrom('device').select(columns);
    return (ids ? all.where('id', 'in', ids) : all).execute();
  };
}

/** All devices in memory: signing in and each frame's permission are decided without asking the store. */
export class KnownDevices {
  readonly #read: ReadDevices;
  #devices = new Map<string, KnownDevice>();
  /** What could not be read again: it is, with what changes next. */
  readonly #failed = new Set<string>();

  constructor(read: ReadDevices) {
    this.#read = read;
  }

  /** Reads all devices. */
  async load(): Promise<void> {
    const devices = await this.#read();
    this.#devices = new Map(devices.map((device) => [device.id, device]));
  }

  /**
   * Reads some of them again: of a large town that is little. When it fails what was known before stays.
   * @returns those that were read: these, and what could not be read before.
   */
  async reload(ids: readonly string[]): Promise<readonly string[]> {
    const asked = [...new Set([...this.#failed, ...ids])];
    this.#failed.clear();
    try {
      const found = new Map((await this.#read(asked)).map((device) => [device.id, device]));
      for (const id of asked) {
        const device = found.get(id);
        if (device) this.#devices.set(id, device);
        else this.#devices.delete(id);
      }
      return asked;
    } catch (error) {
      for (const id of asked) this.#failed.add(id);
      throw error;
    }
  }

  get(id: string): KnownDevice | undefined {
    return this.#devices.get(id);
  }

  /**
   * The device that may come in with this credential.
   * @throws TocsinError CREDENTIAL_INVALID, the same for an unknown device and a wrong secret; DEVICE_DISABLED, said
   * only to who has the secret.
   */
  authenticate(id: string, secret: string | Buffer): KnownDevice {
    const device = this.#devices.get(id);
    if (device === undefined || !verifySecret(secret, device)) {
      const message = 'Unknown device or wrong secret; the user name is the device id, the password its secret.';
      throw new TocsinError('CREDENTIAL_INVALID', message);
    }
    if (device.state !== 'active') {
      throw new TocsinError('DEVICE_DISABLED', `Device ${id} is disabled; set it active before it sends.`);
    }
    return device;
  }
}
