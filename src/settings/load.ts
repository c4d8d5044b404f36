import { accessSync, constants, readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { TocsinError } from '../shared/errors.ts';
import { nearest } from '../shared/nearest.ts';
import { crossChecks } from './cross-checks.ts';
import { allowed, show } from './describe.ts';
import { allSettings } from './names.ts';
import { Settings } from './schema.ts';

const usualFile = 'tocsin.yaml';
/** Names the settings file; the only TOCSIN_ variable that is no setting. */
const fileVariable = 'TOCSIN_FILE';

interface Given {
  value: unknown;
  /** Where it was written: a file's name or an environment variable's. */
  from: string;
}

/**
 * The settings: `tocsin.yaml` (or `file`, or the file that TOCSIN_FILE names) with the environment's TOCSIN_* over it.
 * A variable that is set but empty counts as not given, as does a key of the file without a value.
 * @throws TocsinError SETTING_INVALID that names every bad, unknown or missing setting, one a line.
 */
export function loadSettings(source: { file?: string; env: NodeJS.ProcessEnv }): Settings {
  const problems: string[] = [];
  const given = new Map<string, Given>();
  readFile(source, given, problems);
  readEnvironment(source.env, given, problems);

  const result = Settings.safeParse(nest(given));
  if (!result.success) {
    for (const path of new Set(result.error.issues.map((issue) => issue.path.join('.')))) {
      const setting = allSettings.find((one) => one.path === path)!;
      const { value, from } = given.get(path)!;
      problems.push(`${path} is ${show(path, value)} (${from}), but must be ${allowed(setting)}.`);
    }
  }
  if (result.success && problems.length === 0) problems.push(...crossChecks(result.data, isReadable));
  if (problems.length > 0 || !result.success)
    throw new TocsinError('SETTING_INVALID', problems.join('\n'), { problems });
  return result.data;
}

function readFile(source: { file?: string; env: NodeJS.ProcessEnv }, given: Map<string, Given>, problems: string[]) {
  const named = source.file ?? (source.env[fileVariable] || undefined);
  const file = named ?? usualFile;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code;
    if (named !== undefined || reason !== 'ENOENT')
      problems.push(`The settings file ${file} cannot be read: ${reason}.`);
    return;
  }
  const document = parseDocument(text);
  for (const error of document.errors) {
    // Its first line is the sentence and announces the lines of the file that follow.
    problems.push(`${file} is not YAML: ${error.message.split('\n')[0]!.replace(/:$/, '.')}`);
  }
  if (document.errors.length === 0) flatten(document.toJS(), '', file, given, problems);
}

/** Settings and groups of settings. */
const knownPaths = [
  ...new Set(
    allSettings.flatMap(({ path }) => path.split('.').map((_, index, keys) => keys.slice(0, index + 1).join('.'))),
  ),
];

/** Takes the file's tree apart into single settings, so that each can be named with where it came from. */
function flatten(value: unknown, path: string, file: string, given: Map<string, Given>, problems: string[]): void {
  if (value === null || value === undefined) return;
  const isGroup = path === '' || allSettings.some((setting) => setting.path.startsWith(`${path}.`));
  if (allSettings.some((setting) => setting.path === path)) {
    given.set(path, { value, from: file });
  } else if (!isGroup) {
    problems.push(`${path} (${file}) is not a setting. ${didYouMean(path, knownPaths)}`);
  } else if (typeof value !== 'object' || Array.isArray(value)) {
    const inside = allSettings.filter((one) => path === '' || one.path.startsWith(`${path}.`)).map((one) => one.path);
    problems.push(
      `${path || 'The whole'} (${file}) is ${show(path, value)}, but must be a group of settings: ${inside.join(', ')}.`,
    );
  } else {
    for (const [key, child] of Object.entries(value))
      flatten(child, path ? `${path}.${key}` : key, file, given, problems);
  }
}

function readEnvironment(env: NodeJS.ProcessEnv, given: Map<string, Given>, problems: string[]): void {
  const byVariable = new Map(allSettings.map((setting) => [setting.variable, setting]));
  const known = [...byVariable.keys(), fileVariable];
  for (const [variable, value] of Object.entries(env)) {
    if (!variable.startsWith('TOCSIN_') || variable === fileVariable || !value) continue;
    const setting = byVariable.get(variable);
    if (setting) given.set(setting.path, { value, from: variable });
    else problems.push(`${variable} (environment) is not a setting. ${didYouMean(variable, known)}`);
  }
}

function didYouMean(name: string, known: string[]): string {
  // Without what all variables begin with, or every short name would be near every other.
  const prefix = name.startsWith('TOCSIN_') ? 'TOCSIN_' : '';
  const close = nearest(
    name.slice(prefix.length),
    known.map((one) => one.slice(prefix.length)),
  );
  return close ? `Did you mean ${prefix}${close}?` : 'Remove it; src/settings/schema.ts has every setting.';
}

function nest(given: Map<string, Given>): object {
  const root: Record<string, unknown> = {};
  for (const [path, { value }] of given) {
    const keys = path.split('.');
    let at = root;
    for (const key of keys.slice(0, -1)) {
      at[key] ??= {};
      at = at[key] as Record<string, unknown>;
    }
    at[keys.at(-1)!] = value;
  }
  return root;
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
