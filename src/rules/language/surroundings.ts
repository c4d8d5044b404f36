import type { Device } from '../../model/device.ts';

/**
 * What is known around one device that it does not measure itself: where it stands, which day it is there, what others
 * have announced. All of it is given; nothing here has a clock. Truths are 1, 0 or NaN where it is not known.
 */
export interface Surroundings {
  /** Where the device was installed: WGS-84 degrees. */
  latitude: number;
  longitude: number;
  /** What must be added to a time of the epoch to get local time, milliseconds. */
  offsetMs(at: number): number;
  /** Whether it is a working day at that moment, by the calendar. */
  workday(at: number): number;
  /** Whether the place is open for business at that moment. */
  open(at: number): number;
  /** Whether a position lies in an area: the id of one, or a tier of those that the device stands in. */
  inside(area: string, latitude: number, longitude: number): number;
  /** Distance from a position to a named place, metres. */
  distance(place: string, latitude: number, longitude: number): number;
  /** Severity of what has been announced under a name for where the device stands: 0 none, 1 blue to 4 red. */
  fact(name: string, at: number): number;
}

const unknown = () => Number.NaN;

/** A place of which nothing is known; its local time is UTC. */
export const nowhere: Surroundings = {
  latitude: Number.NaN,
  longitude: Number.NaN,
  offsetMs: () => 0,
  workday: unknown,
  open: unknown,
  inside: unknown,
  distance: unknown,
  fact: unknown,
};

/** How a fold finds what is around a device. */
export type AroundOf = (device: Device) => Surroundings;
