import type { Outcome } from '../main.ts';
import { Misunderstood } from './data-arguments.ts';

/**
 * Reads a command's arguments and runs it. What cannot be understood is said together with how the command is used.
 * @param read what was asked; null when it was for help.
 */
export async function answering<T>(
  usage: string,
  read: () => T | null,
  run: (asked: T) => Promise<Outcome>,
): Promise<Outcome> {
  try {
    const asked = read();
    return asked ? await run(asked) : { text: usage, ok: true };
  } catch (error) {
    if (error instanceof Misunderstood) return { text: `${error.message}\n\n${usage}`, ok: false, misunderstood: true };
    throw error;
  }
}
