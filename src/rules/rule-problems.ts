import type { DeviceType } from '../model/device-type.ts';
import { compileType } from './compile.ts';

/** A sentence for each rule that does not compile; the engine leaves it out. */
export function ruleProblems(deviceTypes: ReadonlyMap<string, DeviceType>): string[] {
  return [...deviceTypes.values()].flatMap((type) => compileType(type).problems.map((problem) => problem.message));
}
