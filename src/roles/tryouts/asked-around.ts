import { heardTypes } from '../../backtest/heard-types.ts';
import type { Device } from '../../model/device.ts';
import type { DeviceType } from '../../model/device-type.ts';
import type { CompiledRule, CompiledType } from '../../rules/compile.ts';
import type { AroundOf } from '../../rules/language/surroundings.ts';
import { reaches } from '../../rules/peers/standing.ts';

/** The readings of more would be read for hours. */
const mostHeard = 500;

export interface AroundParts {
  types: ReadonlyMap<string, DeviceType>;
  /** All active devices of some types. */
  devicesOfTypes(types: readonly string[]): Promise<Device[]>;
  aroundOf: AroundOf;
}

/** Who is asked by the rules of others. */
export interface AskedAround {
  devices: readonly Device[];
  /** What they go by, see `heardTypes`. */
  heard: ReadonlyMap<string, CompiledType>;
  /** How many more are asked than are heard. */
  leftOut: number;
}

/** The devices that rules ask, without those that they are tried on. */
export async function askedAround(
  tried: readonly Device[],
  rulesOf: (device: Device) => readonly Pick<CompiledRule, 'peers'>[],
  { types, devicesOfTypes, aroundOf }: AroundParts,
): Promise<AskedAround> {
  const askers = tried.flatMap((device) => {
    const from = aroundOf(device);
    return rulesOf(device).flatMap(({ peers }) => peers.map(({ type, where }) => ({ type, where, from })));
  });
  const asked = [...new Set(askers.map(({ type }) => type))];
  if (asked.length === 0) return { devices: [], heard: new Map(), leftOut: 0 };
  const known = new Set(tried.map(({ id }) => id));
  const found = (await devicesOfTypes(asked)).filter((device) => {
    if (known.has(device.id)) return false;
    const to = aroundOf(device);
    return askers.some((asker) => asker.type === device.type && reaches(asker, to));
  });
  const heard = heardTypes(asked.flatMap((id) => types.get(id) ?? []));
  return { devices: found.slice(0, mostHeard), heard, leftOut: Math.max(0, found.length - mostHeard) };
}
