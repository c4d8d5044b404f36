import { inForce } from '../settings/describe.ts';
import { loadSettings } from '../settings/load.ts';
import { allSettings } from '../settings/names.ts';
import type { Outcome } from './main.ts';
import { nothingMore } from './nothing-more.ts';

const about = `Shows every setting: its value as it is in force, its environment variable, and what it is for. What a setting may
be is in docs/operations.md.`;

/** `settings`: every setting with its value, its environment variable, and what it is for. */
export function settingsShow(args: string[]): Outcome {
  const answered = nothingMore('settings', about, args);
  if (answered) return answered;
  const settings = loadSettings({ env: process.env });
  const lines = allSettings.map((setting) => {
    const { path, variable, about } = setting;
    return `${path.padEnd(32)} ${inForce(setting, settings).padEnd(24)} ${variable}\n    ${about}`;
  });
  return { text: lines.join('\n'), ok: true };
}
