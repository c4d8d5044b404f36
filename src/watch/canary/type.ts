import { fileURLToPath } from 'node:url';
import { loadDeviceType } from '../../devices/registry.ts';
import type { DeviceType } from '../../model/device-type.ts';

const folder = fileURLToPath(new URL('tocsin-canary', import.meta.url));

/** The device types of the town and Tocsin's own: for whoever decodes and judges, not for who shows. */
export function withInternalTypes(types: ReadonlyMap<string, DeviceType>): ReadonlyMap<string, DeviceType> {
  const canary = loadDeviceType(folder);
  return new Map([...types, [canary.id, canary]]);
}
