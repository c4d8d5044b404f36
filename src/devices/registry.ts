import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DeviceType } from '../model/device-type.ts';
import { TocsinError } from '../shared/errors.ts';
import type { Logger } from '../shared/logger.ts';
import { readRuleFile } from './rule-file.ts';
import { readTypeFile } from './type-file.ts';

export interface DeviceTypes {
  /** By id, in the order of the alphabet. */
  types: ReadonlyMap<string, DeviceType>;
  /** Folders that were left out, with what is wrong in them. */
  problems: { folder: string; message: string }[];
}

/**
 * Reads every folder of device types. A broken folder is left out and named; the others live.
 * @throws TocsinError DEVICE_TYPE_INVALID only when the folder of folders itself cannot be read.
 */
export function loadDeviceTypes(dir: string, log?: Pick<Logger, 'warn'>): DeviceTypes {
  const types = new Map<string, DeviceType>();
  const problems: DeviceTypes['problems'] = [];
  for (const folder of foldersIn(dir)) {
    try {
      types.set(folder, { ...loadDeviceType(join(dir, folder)), others: () => types });
    } catch (error) {
      if (!(error instanceof TocsinError)) throw error;
      problems.push({ folder, message: error.message });
      log?.warn({ room: 'devices', type: folder, code: error.code }, error.message);
    }
  }
  return { types, problems };
}

/**
 * Reads one folder: `device.yaml` and, when there is one, `rules.yaml`.
 * @throws TocsinError DEVICE_TYPE_INVALID.
 */
export function loadDeviceType(folder: string): DeviceType {
  const type = readTypeFile(join(folder, 'device.yaml'));
  const name = folder.split(/[\\/]/).at(-1)!;
  if (type.id !== name) {
    throw new TocsinError('DEVICE_TYPE_INVALID', `${name}/device.yaml: id is "${type.id}" but the folder is "${name}"`);
  }
  const rules = join(folder, 'rules.yaml');
  return existsSync(rules) ? { ...type, rules: readRuleFile(rules, type.id, type.periodMs) } : type;
}

/**
 * Names of the folders of device types, links to folders included.
 * @throws TocsinError DEVICE_TYPE_INVALID when they cannot be listed.
 */
export function foldersIn(dir: string): string[] {
  const isFolder = (name: string) => statSync(join(dir, name), { throwIfNoEntry: false })?.isDirectory() === true;
  try {
    return readdirSync(dir)
      .filter((name) => !name.startsWith('.') && isFolder(name))
      .sort();
  } catch {
    const message = `The folder of device types, ${dir}, cannot be read; set devicesDir to one that can.`;
    throw new TocsinError('DEVICE_TYPE_INVALID', message, { dir });
  }
}
