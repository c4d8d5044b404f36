import type { CommandArgument } from '../model/command.ts';
import type { DeviceType } from '../model/device-type.ts';
import { TocsinError } from '../shared/errors.ts';

/**
 * Checks that devices of a type know a command, and that what goes with it is what they expect.
 * @throws TocsinError COMMAND_UNKNOWN, or REQUEST_INVALID naming every wrong argument.
 */
export function checkCommand(type: DeviceType, name: string, given: Readonly<Record<string, unknown>>): void {
  const command = type.commands.find((one) => one.name === name);
  if (!command) {
    const known = type.commands.map((one) => one.name).join(', ');
    const has = known ? `It has: ${known}.` : 'It has none.';
    throw new TocsinError('COMMAND_UNKNOWN', `A ${type.id} has no command ${name}. ${has}`);
  }
  const names = command.arguments.map((argument) => argument.name);
  const problems = [
    ...command.arguments.map((argument) => [argument.name, problemOf(argument, given[argument.name])] as const),
    ...Object.keys(given)
      .filter((key) => !names.includes(key))
      .map((key) => [key, `${name} takes ${names.length > 0 ? `only ${names.join(', ')}` : 'no arguments'}`] as const),
  ].flatMap(([path, problem]) => (problem === null ? [] : [{ path: `body.arguments.${path}`, problem }]));
  if (problems.length === 0) return;
  const sentence = problems.map(({ path, problem }) => `${path}: ${problem}`).join('; ');
  throw new TocsinError('REQUEST_INVALID', sentence, { problems });
}

function problemOf({ kind, required, maxLength }: CommandArgument, value: unknown): string | null {
  if (value === undefined) return required ? 'is missing' : null;
  if (kind === 'switch') return typeof value === 'boolean' ? null : 'must be true or false';
  if (kind === 'number') return typeof value === 'number' ? null : 'must be a number';
  if (typeof value !== 'string') return 'must be a text';
  if (required && value.trim() === '') return 'must not be empty';
  if (maxLength !== undefined && value.length > maxLength) return `must have at most ${maxLength} characters`;
  return null;
}
