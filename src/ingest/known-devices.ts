import type { Device } from '../model/device.ts';
import { TocsinError } from '../shared/errors.ts';
import type { Store } from '../store/open.ts';
import { type HashedSecret, verifySecret } from './credentials.ts';

/** What the door needs to know of a device. */
export type KnownDevice = Pick<Device, 'id' | 'type' | 'gridId' | 'state'> & HashedSecret;

/** Reads all devices, as they are now. */
export type ReadDevices = () => Promise<KnownDevice[]>;

/** Reads them from the relational store. */
export function devicesOfStore(store: Store): ReadDevices {
  const columns = ['id', 'type', 'gridId', 'state', 'secretSalt', 'secretHash'] as const;
  return () => store.selectFrom('device').select(columns).execute();
}

/** All devices in memory: signing in and each frame's permission are decided without asking the store. */
export class KnownDevices {
  readonly #read: ReadDevices;
  #devices: ReadonlyMap<string, KnownDevice> = new Map();

  constructor(read: ReadDevices) {
    this.#read = read;
  }

  /** Reads all devices again. When it fails the ones known before stay. */
  async load(): Promise<void> {
    const devices = await this.#read();
    this.#devices = new Map(devices.map((device) => [device.id, device]));
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
