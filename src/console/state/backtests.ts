import { onScopeDispose, type Ref, ref, shallowRef, watch } from 'vue';
import type { Backtest, NewBacktest } from '../../api/contract.ts';
import { api } from '../api/client.ts';
import { resets } from './live.ts';

/** While one goes on it is asked for so often, milliseconds. */
const lookEveryMs = 1_000;

/** Whether it waits or goes on. */
export function isUnderWay({ state }: Pick<Backtest, 'state'>): boolean {
  return state === 'waiting' || state === 'running';
}

/** The backtests of the last day, and one of them with what came of it. */
export function useBacktests(): {
  all: Ref<readonly Backtest[]>;
  picked: Ref<Backtest | null>;
  failure: Ref<unknown>;
  pick(id: number): Promise<void>;
  begin(backtest: NewBacktest): Promise<void>;
  cancel(id: number): Promise<void>;
} {
  const all = shallowRef<readonly Backtest[]>([]);
  const picked = shallowRef<Backtest | null>(null);
  const failure = ref<unknown>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function read(): Promise<void> {
    clearTimeout(timer);
    try {
      all.value = await api.backtests();
      if (picked.value) picked.value = await api.backtest(picked.value.id);
      failure.value = null;
    } catch (error) {
      failure.value = error;
    }
    if (all.value.some(isUnderWay)) timer = setTimeout(read, lookEveryMs);
  }

  watch(resets, () => read(), { immediate: true });
  onScopeDispose(() => clearTimeout(timer));
  return {
    all,
    picked,
    failure,
    async pick(id) {
      picked.value = await api.backtest(id);
    },
    async begin(backtest) {
      picked.value = await api.beginBacktest(backtest);
      await read();
    },
    async cancel(id) {
      await api.cancelBacktest(id);
      await read();
    },
  };
}
