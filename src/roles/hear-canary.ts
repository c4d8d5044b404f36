import type { Alarm } from '../api/contract.ts';
import type { FeedHub } from '../api/feed/hub.ts';
import { canaryDevice, isInternal } from '../model/internal.ts';
import type { CanaryNews } from '../watch/canary/flight.ts';
import { beatOf } from '../watch/canary/notify.ts';

/** Hears of the canary's alarms where consoles hear of all others, whom it is kept from. */
export function hearCanary(liveFeed: FeedHub): (onNews: (news: CanaryNews) => void) => Promise<() => void> {
  return (onNews) =>
    liveFeed.listen((events) => {
      for (const { gridId, event } of events) {
        const alarm = event.data as Alarm | null;
        if (event.kind !== 'alarm' || !isInternal(gridId) || alarm?.deviceId !== canaryDevice.id) continue;
        onNews({ active: alarm.active, beat: beatOf(alarm.values) });
      }
    });
}
