/** Where a device is in its life. Only an active device may connect. */
export type DeviceState = 'active' | 'disabled';

/** One installed thing. */
export interface Device {
  /** Also its MQTT user name and the `{deviceId}` of its topics: letters, digits, `-`, `_`, `.`; at most 64. */
  id: string;
  /** Id of its device type: the folder name under `devices/`. */
  type: string;
  name: string;
  /** WGS-84 degrees. */
  latitude: number;
  longitude: number;
  /** The grid it stands in. */
  gridId: string;
  state: DeviceState;
  /** Counts the devices of a directory, from 0: what is known of one is found by it at once. Nothing else goes by it. */
  number?: number;
}

/** Whether both stand at one place of the town. */
export function standsAs(one: Device, other: Device): boolean {
  return one.latitude === other.latitude && one.longitude === other.longitude && one.gridId === other.gridId;
}

/** What a device id may look like; it is part of a topic, so no `/`, `+`, `#`, no blanks. */
export const deviceIdPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
