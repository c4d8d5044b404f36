import { show } from '../settings/describe.ts';
import { loadSettings } from '../settings/load.ts';
import { allSettings } from '../settings/names.ts';
import type { Outcome } from './main.ts';

/** `settings`: every setting with its value and its environment variable. Durations are in milliseconds here. */
export function settingsShow(): Outcome {
  const settings = loadSettings({ env: process.env });
  const lines = allSettings.map(({ path, variable }) => {
    const value = path.split('.').reduce<unknown>((group, key) => (group as Record<string, unknown>)?.[key], settings);
    return `${path.padEnd(36)} ${(value === undefined ? '-' : show(path, value)).padEnd(28)} ${variable}`;
  });
  return { text: lines.join('\n'), ok: true };
}
