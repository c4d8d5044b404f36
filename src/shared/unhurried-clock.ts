import type { Clock } from './clock.ts';

/** A clock that is put right goes by less than this at once. */
const slackMs = 60_000;
/** For so long a step forward must have stood before it is believed: somebody has had the time to see it. */
const believedAfterMs = 86_400_000;

/**
 * A clock for deciding what is old enough to be deleted or given up: a machine whose clock is set ahead by mistake must
 * lose nothing by it. A step forward is taken only once it has stood for a day; steps back are taken at once.
 * @param steady a clock that nobody can set
 */
export function unhurriedClock(clock: Clock, steady: Clock): Clock {
  let difference = clock.now() - steady.now();
  let steppedAt: number | null = null;
  return {
    now() {
      const at = steady.now();
      const found = clock.now() - at;
      if (found <= difference + slackMs) {
        difference = found;
        steppedAt = null;
      } else {
        steppedAt ??= at;
        if (at - steppedAt >= believedAfterMs) {
          difference = found;
          steppedAt = null;
        }
      }
      return Math.round(at + difference);
    },
  };
}
