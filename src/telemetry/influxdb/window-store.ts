import type { Store } from '../../store/open.ts';

/** Remembers over a restart which windows are still to be downsampled, by their starts. */
export interface WindowStore {
  load(): Promise<number[]>;
  add(starts: readonly number[]): Promise<void>;
  remove(start: number): Promise<void>;
}

export function windowStore(store: Store): WindowStore {
  return {
    load: async () => (await store.selectFrom('telemetryWindow').select('start').execute()).map(({ start }) => start),
    add: async (starts) => {
      for (const start of starts) {
        await store
          .insertInto('telemetryWindow')
          .values({ start })
          .onConflict((it) => it.doNothing())
          .execute();
      }
    },
    remove: async (start) => void (await store.deleteFrom('telemetryWindow').where('start', '=', start).execute()),
  };
}
