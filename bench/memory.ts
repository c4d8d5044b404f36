import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Memory of processes in bytes, with what they share counted once (PSS). Linux. */
export function memoryOf(pids: readonly number[]): number {
  const kilobytes = pids.map((pid) => {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1]);
  });
  return 1024 * kilobytes.reduce((sum, one) => sum + one, 0);
}

/** The same without garbage; the processes have `collect-garbage.ts` loaded. */
export async function liveMemoryOf(pids: readonly number[]): Promise<number> {
  for (let round = 0; round < 3; round++) {
    for (const pid of pids) process.kill(pid, 'SIGUSR2');
    await sleep(1500);
  }
  return memoryOf(pids);
}

/** A process and all that it has started, and those again. Linux. */
export function familyOf(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      // The name in parentheses may hold spaces; the parent is the second field behind it.
      const behind = readFileSync(`/proc/${name}/stat`, 'utf8').replace(/^.*\) /s, '');
      parents.set(Number(name), Number(behind.split(' ')[1]));
    } catch {
      // It has ended meanwhile.
    }
  }
  const family = [pid];
  for (const member of family) {
    for (const [child, parent] of parents) if (parent === member) family.push(child);
  }
  return family;
}
