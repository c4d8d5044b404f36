import { onScopeDispose, ref, shallowRef, watch } from 'vue';
import type { Series } from '../../api/contract.ts';
import { api } from '../api/client.ts';

/** As many points as a wide chart can show. */
const points = 360;

export interface SeriesRequest {
  deviceId: string;
  channels: readonly string[];
  from: number;
  to: number;
}

/**
 * Reads the series of several channels whenever the request changes, and again when `refresh` is called. What was
 * shown stays until the new one is there. `shown` is the request that the series answer.
 */
export function useSeries(request: () => SeriesRequest | null) {
  const series = shallowRef<ReadonlyMap<string, Series>>(new Map());
  const shown = shallowRef<SeriesRequest | null>(null);
  const failure = shallowRef<unknown>(null);
  const busy = ref(false);
  let latest = 0;

  async function refresh(): Promise<void> {
    const wanted = request();
    if (!wanted) return;
    const mine = ++latest;
    busy.value = true;
    const { deviceId, channels, from, to } = wanted;
    try {
      const found = await Promise.all(channels.map((channel) => api.series(deviceId, { channel, from, to, points })));
      if (mine !== latest) return;
      series.value = new Map(found.map((one) => [one.channel, one]));
      shown.value = wanted;
      failure.value = null;
    } catch (error) {
      if (mine === latest) failure.value = error;
    } finally {
      if (mine === latest) busy.value = false;
    }
  }

  watch(() => JSON.stringify(request()), refresh, { immediate: true });
  onScopeDispose(() => {
    latest++;
  });
  return { series, shown, failure, busy, refresh };
}
