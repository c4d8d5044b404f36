import type { DeviceType } from '../model/device-type.ts';
import { type CompiledType, compileType } from '../rules/compile.ts';

/** Types without their rules, by id: their devices are heard by those that ask them, and have no alarms themselves. */
export function heardTypes(types: Iterable<DeviceType>): ReadonlyMap<string, CompiledType> {
  return new Map(Array.from(types, (type) => [type.id, compileType({ ...type, rules: [] })]));
}
