import { ref, shallowRef } from 'vue';
import type { Alarm } from '../../api/contract.ts';
import { type AlarmQuery, api } from '../api/client.ts';

const pageSize = 100;

/** Alarms of the past, page by page, kept up to date with what the feed brings. */
export function useAlarmPages() {
  const alarms = shallowRef<ReadonlyMap<string, Alarm>>(new Map());
  const busy = ref(false);
  const failure = shallowRef<unknown>(null);
  const complete = ref(false);
  let query: AlarmQuery = {};
  let latest = 0;

  /** Begins anew with another query. What was shown stays until the first page is there. */
  async function start(next: AlarmQuery): Promise<void> {
    query = next;
    await read(undefined);
  }

  async function more(): Promise<void> {
    await read(Math.min(...[...alarms.value.values()].map((alarm) => alarm.raisedAt)));
  }

  async function read(before: number | undefined): Promise<void> {
    const mine = ++latest;
    busy.value = true;
    try {
      const page = await api.alarms({ ...query, before, limit: pageSize });
      if (mine !== latest) return;
      const kept = before === undefined ? [] : alarms.value;
      alarms.value = new Map([...kept, ...page.map((alarm) => [alarm.id, alarm] as const)]);
      complete.value = page.length < pageSize;
      failure.value = null;
    } catch (error) {
      if (mine === latest) failure.value = error;
    } finally {
      if (mine === latest) busy.value = false;
    }
  }

  /** An alarm as it is now; one that is new is added, whatever the query: the page filters what it shows. */
  function put(alarm: Alarm): void {
    alarms.value = new Map(alarms.value).set(alarm.id, alarm);
  }

  return { alarms, busy, failure, complete, start, more, put };
}
