import { readFileSync } from 'node:fs';

/** Files of a process that are no connections of devices: journal, store, consoles, what Node itself has open. */
const RESERVE = 1024;
/** Where the system does not say: what it may be raised to without asking on every system that Node runs on. */
const UNKNOWN = 16_384;

/** How many connections of devices fit into one process's limit of open files. */
export function connectionsThatFit(limit = openFilesLimit()): number {
  return Math.max(limit - RESERVE, Math.floor(limit / 2));
}

/** Files that this process may have open. Node has raised its own limit to the hard one when it started. */
function openFilesLimit(): number {
  let limits: string;
  try {
    limits = readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return UNKNOWN;
  }
  const soft = /^Max open files\s+(\d+|unlimited)/m.exec(limits)?.[1];
  if (soft === undefined) return UNKNOWN;
  return soft === 'unlimited' ? Number.MAX_SAFE_INTEGER : Number(soft);
}
