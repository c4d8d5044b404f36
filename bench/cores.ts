import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** The last core is the load's, all others are the broker's: so neither takes from the other what is measured. */
const last = availableParallelism() - 1;
export const loadCores = String(last);
export const brokerCores = last <= 1 ? '0' : `0-${last - 1}`;

/** Keeps a process with all its threads, also those it starts later, on some cores. Linux; elsewhere nothing is pinned. */
export function pin(pid: number, cores: string): void {
  if (process.platform !== 'linux' || last === 0) return;
  execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', cores, String(pid)], { stdio: 'ignore' });
}
