import type { Device } from '../model/device.ts';
import type { DeviceType } from '../model/device-type.ts';
import type { Settings } from '../settings/schema.ts';
import type { Areas } from './areas.ts';

/** What the response needs to know besides the store. People, duty hours and webhooks it reads where it needs them. */
export interface ResponseContext {
  /** As they are now: others once areas have changed. */
  areas: Areas;
  deviceById: (id: string) => Device | undefined;
  deviceTypes: ReadonlyMap<string, DeviceType>;
  settings: Pick<Settings, 'response' | 'notify' | 'http'>;
}
