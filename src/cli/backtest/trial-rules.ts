import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadDeviceType, loadDeviceTypes } from '../../devices/registry.ts';
import { LinesOfRules, readRuleFile } from '../../devices/rule-file.ts';
import type { DeviceType } from '../../model/device-type.ts';
import { sitePlaces } from '../../roles/site-places.ts';
import { type CompiledType, compileType } from '../../rules/compile.ts';
import type { AroundOf } from '../../rules/language/surroundings.ts';
import type { Settings } from '../../settings/schema.ts';
import { TocsinError } from '../../shared/errors.ts';
import type { DataArguments } from './data-arguments.ts';

/**
 * A device type by its name in the folder of device types, or by a folder of its own.
 * @throws TocsinError DEVICE_TYPE_UNKNOWN, DEVICE_TYPE_INVALID.
 */
function typeNamed(name: string, devicesDir: string): DeviceType {
  const folder = [join(devicesDir, name), name].find((one) => existsSync(join(one, 'device.yaml')));
  if (!folder) {
    const known = existsSync(devicesDir)
      ? readdirSync(devicesDir).filter((one) => existsSync(join(devicesDir, one, 'device.yaml')))
      : [];
    const there = known.length > 0 ? ` There are: ${known.sort().join(', ')}.` : '';
    throw new TocsinError('DEVICE_TYPE_UNKNOWN', `There is no device type ${name} in ${devicesDir}.${there}`);
  }
  const type = loadDeviceType(folder.replace(/[\\/]+$/, ''));
  let others: ReadonlyMap<string, DeviceType> | undefined;
  // Rules may ask devices of another type; few do.
  return { ...type, others: () => (others ??= new Map([...loadDeviceTypes(devicesDir).types, [type.id, type]])) };
}

/**
 * The device types of a command line, each read once.
 * @throws TocsinError DEVICE_TYPE_UNKNOWN, DEVICE_TYPE_INVALID.
 */
export function typesOf({ data }: Pick<DataArguments, 'data'>, devicesDir: string): (name: string) => DeviceType {
  const types = new Map(data.map(({ type }) => [type, typeNamed(type, devicesDir)]));
  return (name) => types.get(name) ?? typeNamed(name, devicesDir);
}

/**
 * The rules of a file, or those of the type's folder, ready to judge.
 * @param file null or `current`: those of the type
 * @throws TocsinError RULE_INVALID that names each rule that is wrong, with its line.
 */
export function trialRules(type: DeviceType, file: string | null): CompiledType {
  if (file === null || file === 'current') return compileType(type);
  const compiled = compileType({ ...type, rules: readRuleFile(file, type.id, type.periodMs, file) });
  if (compiled.problems.length === 0) return compiled;
  const lines = new LinesOfRules(readFileSync(file, 'utf8'));
  const mistakes = compiled.problems.map(
    ({ rule, expression, message }) => `${file}:${lines.of(rule, expression)}: ${message}`,
  );
  throw new TocsinError('RULE_INVALID', mistakes.join('\n'));
}

/** Local time, calendar and places for files of readings; the areas of a town are not known to them. */
export function aroundFiles(settings: Settings): AroundOf {
  const places = sitePlaces(settings);
  return (device) => places.around(device);
}
