import type { Device } from './device.ts';

/**
 * What is Tocsin's own and takes the same way as everything else, but is no business of the town: the canary. All of
 * it stands in one grid that is not among the areas, so that whoever leaves out this grid has left out all of it:
 * lists, counts, the live feed of people, cases and who is called.
 */
export const internalGridId = '_tocsin';

/** Nobody can make a device of this name: `deviceIdPattern` has no names that begin so. */
export const canaryDevice: Device = {
  id: '_canary',
  type: 'tocsin-canary',
  name: 'Canary',
  latitude: 0,
  longitude: 0,
  gridId: internalGridId,
  state: 'active',
};

/** Devices that are in no list, but are heard. */
export const internalDevices: readonly Device[] = [canaryDevice];

/** Whether what stands in this grid is Tocsin's own. */
export function isInternal(gridId: string | null): boolean {
  return gridId === internalGridId;
}
