import { onScopeDispose, ref, shallowRef, watch } from 'vue';
import type { AlarmDetail } from '../../api/contract.ts';
import { api } from '../api/client.ts';
import { latestEvents, resets } from './live.ts';

/** One alarm with all that belongs to it, read again whenever the feed says that it or its case has changed. */
export function useAlarmDetail(id: () => string) {
  const alarm = shallowRef<AlarmDetail | null>(null);
  const failure = shallowRef<unknown>(null);
  const busy = ref(false);
  let latest = 0;

  async function refresh(): Promise<void> {
    const mine = ++latest;
    busy.value = true;
    try {
      const found = await api.alarm(id());
      if (mine !== latest) return;
      alarm.value = found;
      failure.value = null;
    } catch (error) {
      if (mine === latest) failure.value = error;
    } finally {
      if (mine === latest) busy.value = false;
    }
  }

  watch(
    id,
    () => {
      alarm.value = null;
      void refresh();
    },
    { immediate: true },
  );
  watch(resets, refresh);
  watch(latestEvents, (events) => {
    const about = [id(), alarm.value?.case?.id];
    if (events.some((event) => about.includes(event.ref))) void refresh();
  });
  onScopeDispose(() => {
    latest++;
  });
  return { alarm, failure, busy, refresh };
}
