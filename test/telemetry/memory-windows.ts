import type { WindowStore } from '../../src/telemetry/influxdb/window-store.ts';

/** Remembers windows as long as the test lasts; `starts` is what a restart would find. */
export function memoryWindows(starts = new Set<number>()): WindowStore & { starts: Set<number> } {
  return {
    starts,
    load: async () => [...starts],
    add: async (added) => {
      for (const start of added) starts.add(start);
    },
    remove: async (start) => void starts.delete(start),
  };
}
