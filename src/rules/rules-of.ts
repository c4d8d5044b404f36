import type { Device } from '../model/device.ts';
import type { CompiledType } from './compile.ts';

/** How a fold finds the rules of a device: those of its type, with what holds at its place and for itself. */
export type RulesOf = (device: Device) => CompiledType | undefined;

/** The rules now, and those of the past, for judging again what was judged by them. */
export interface RulesOfTime {
  rulesOf: RulesOf;
  /** The rules that held at a moment, milliseconds since the epoch. */
  asOf(time: number): RulesOf;
  /** The rules of a version, as an entry of the journal names it. */
  of(version: number): RulesOf;
}

/** Every device by the rules of its type alone. */
export function rulesByType(types: ReadonlyMap<string, CompiledType>): RulesOf {
  return (device) => types.get(device.type);
}
