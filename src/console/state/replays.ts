import { onScopeDispose, type Ref, ref, shallowRef, watch } from 'vue';
import type { NewReplay, QuarantineCount, Replay } from '../../api/contract.ts';
import { api } from '../api/client.ts';
import { resets } from './live.ts';

/** While one goes on it is asked for so often, milliseconds. */
const lookEveryMs = 2_000;
const shown = 3;

/** The last replays and what is in quarantine by device and reason; read again while a replay goes on. */
export function useReplays(): {
  replays: Ref<readonly Replay[]>;
  counts: Ref<readonly QuarantineCount[]>;
  failure: Ref<unknown>;
  ask(replay: NewReplay): Promise<void>;
} {
  const replays = shallowRef<readonly Replay[]>([]);
  const counts = shallowRef<readonly QuarantineCount[]>([]);
  const failure = ref<unknown>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function read(): Promise<void> {
    clearTimeout(timer);
    try {
      [replays.value, counts.value] = await Promise.all([api.replays({ limit: shown }), api.quarantineCounts()]);
      failure.value = null;
    } catch (error) {
      failure.value = error;
    }
    if (replays.value.some(isUnfinished)) timer = setTimeout(read, lookEveryMs);
  }

  watch(resets, () => read(), { immediate: true });
  onScopeDispose(() => clearTimeout(timer));
  return {
    replays,
    counts,
    failure,
    async ask(replay) {
      await api.replay(replay);
      await read();
    },
  };
}

/** Whether it waits or goes on. */
export function isUnfinished({ state }: Pick<Replay, 'state'>): boolean {
  return state === 'waiting' || state === 'running';
}
