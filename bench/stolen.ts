import { readFileSync } from 'node:fs';

/** Ticks of all cores so far that the host took for others, and all of them; null where it cannot be told. */
function ticks(): { stolen: number; all: number } | null {
  if (process.platform !== 'linux') return null;
  // cpu user nice system idle iowait irq softirq steal …
  const [, ...cells] = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]!.split(/\s+/);
  const counts = cells.slice(0, 8).map(Number);
  return { stolen: counts[7]!, all: counts.reduce((sum, count) => sum + count, 0) };
}

/** Begins to look. @returns what says which share of the cores' time the host has taken since then, 0 to 1. */
export function watchStolen(): () => number | null {
  const before = ticks();
  return () => {
    const now = ticks();
    return before && now && now.all > before.all ? (now.stolen - before.stolen) / (now.all - before.all) : null;
  };
}
