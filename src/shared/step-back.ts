import { setPriority } from 'node:os';

/** Of 19 (never in the way of anything) to -20; 10 is a ninth of the weight of a thread of 0 where both want a core. */
const BACKGROUND = 10;

/**
 * Lets other threads go first where there are more of them than cores. Linux only, which counts threads by themselves;
 * elsewhere the call would hold back the whole process.
 */
export function stepBack(): void {
  if (process.platform === 'linux') setPriority(0, BACKGROUND);
}
