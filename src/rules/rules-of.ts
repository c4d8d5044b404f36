import type { Device } from '../model/device.ts';
import type { CompiledType } from './compile.ts';

/** How a fold finds the rules of a device: those of its type, with what holds at its place and for itself. */
export type RulesOf = (device: Device) => CompiledType | undefined;

/** Every device by the rules of its type alone. */
export function rulesByType(types: ReadonlyMap<string, CompiledType>): RulesOf {
  return (device) => types.get(device.type);
}
