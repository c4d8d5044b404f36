import { ref, shallowRef } from 'vue';
import type { Alarm, Device, FeedEvent, Notice, SystemNow } from '../../api/contract.ts';
import { openFeed } from '../api/feed.ts';
import { clearActiveAlarms, dropAlarm, loadActiveAlarms, putAlarms } from './alarms.ts';
import { clearCatalogue, loadCatalogue, putDevice } from './catalogue.ts';
import { addNotice, clearNotices } from './notices.ts';
import { serviceTime } from './now.ts';
import { loadSummary, summary } from './summary.ts';
import { clearSystem, putSystem } from './system.ts';

/** Events of one moment are shown together: a storm of hundreds must not redraw hundreds of times. */
const gatherMs = 16;
/** The headline numbers are asked for at most so often while events come. */
const summaryMs = 1000;
/** Without events: how often it is made sure that the service still answers. */
const heartbeatMs = 10_000;

export type FeedState = 'connecting' | 'live' | 'lost';
export const feedState = ref<FeedState>('connecting');
/** Last moment at which what is shown was known to be current, milliseconds since the epoch; null before the first. */
export const currentAt = ref<number | null>(null);
/** Latest events of the feed, replaced each time some come: pages watch it to read again what they show. */
export const latestEvents = shallowRef<readonly FeedEvent[]>([]);
/** Counts how often something was missed, so that pages read again what they show. */
export const resets = ref(0);
/** Why the first reading failed; null when all is well. */
export const loadFailure = shallowRef<unknown>(null);
/** Whether everything has been read once. */
export const loaded = ref(false);

let feed: { close(): void; reconnect(): void } | null = null;
let gathered: FeedEvent[] = [];
let gatherTimer: number | undefined;
let summaryTimer: number | undefined;
let heartbeatTimer: number | undefined;

/** Reads everything once and follows the feed, until `stopLive`. */
export function startLive(): void {
  if (feed) return;
  feedState.value = 'connecting';
  feed = openFeed('/api/v1/feed', {
    event: (event) => {
      gathered.push(event);
      gatherTimer ??= window.setTimeout(takeGathered, gatherMs);
    },
    open: () => {
      clearSystem();
      if (loadFailure.value) void loadEverything();
      confirmCurrent();
    },
    reset: () => {
      void loadEverything();
      resets.value++;
    },
    lost: () => {
      feedState.value = 'lost';
    },
  });
  heartbeatTimer = window.setInterval(heartbeat, heartbeatMs);
  void loadEverything();
}

export function stopLive(): void {
  feed?.close();
  feed = null;
  window.clearInterval(heartbeatTimer);
  window.clearTimeout(gatherTimer);
  window.clearTimeout(summaryTimer);
  gatherTimer = undefined;
  summaryTimer = undefined;
  gathered = [];
  loaded.value = false;
  summary.value = null;
  clearActiveAlarms();
  clearCatalogue();
  clearNotices();
  clearSystem();
}

export function reconnectNow(): void {
  feed?.reconnect();
  if (!loaded.value) void loadEverything();
}

async function loadEverything(): Promise<void> {
  try {
    await Promise.all([loadCatalogue(), loadActiveAlarms(), loadSummary()]);
    loadFailure.value = null;
    loaded.value = true;
  } catch (error) {
    loadFailure.value = error;
  }
}

function takeGathered(): void {
  gatherTimer = undefined;
  const events = gathered;
  gathered = [];
  // Of several events about one alarm the last one holds.
  const alarms = new Map<string, Alarm>();
  for (const event of events) {
    if (event.kind === 'alarm') {
      alarms.delete(event.ref);
      if (event.data) alarms.set(event.ref, event.data as Alarm);
      else dropAlarm(event.ref);
    }
    if (event.kind === 'device') putDevice(event.ref, event.data as Device | null);
    if (event.kind === 'notice' && event.data) addNotice(event.data as Notice);
    if (event.kind === 'system') putSystem(event.data as SystemNow);
  }
  if (alarms.size > 0) putAlarms(alarms.values());
  latestEvents.value = events;
  confirmCurrent();
  summaryTimer ??= window.setTimeout(() => {
    summaryTimer = undefined;
    loadSummary().catch(() => {});
  }, summaryMs);
}

/** A quiet feed and a dead connection look the same: the service is asked, and its silence is shown. */
function heartbeat(): void {
  loadSummary().then(
    () => {
      if (feedState.value === 'live') confirmCurrent();
    },
    () => {
      feedState.value = 'lost';
      feed?.reconnect();
    },
  );
}

function confirmCurrent(): void {
  feedState.value = 'live';
  currentAt.value = serviceTime();
}
