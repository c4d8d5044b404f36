import type { Outcome } from './main.ts';

/**
 * What a command answers that takes neither options nor anything else.
 * @param command as it is typed: `audit verify`.
 * @param about what it does, in a sentence.
 * @returns null when it was given nothing, and is to do it.
 */
export function nothingMore(command: string, about: string, args: readonly string[]): Outcome | null {
  if (args.length === 0) return null;
  const usage = `npm run tocsin -- ${command}\n\n${about}`;
  if (args[0] === '--help') return { text: usage, ok: true };
  return { text: `"${args.join(' ')}" is not understood here.\n\n${usage}`, ok: false, misunderstood: true };
}
