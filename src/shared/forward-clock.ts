import type { Clock } from './clock.ts';

/** A step back of more than this is taken at once: what was dated before it was dated by a clock that was wrong. */
const largestWaitMs = 300_000;
/** How fast the clock goes while it waits to be caught up with. */
const slowed = 0.5;

/**
 * A clock for dating what comes in. When the machine's clock is set back by up to five minutes it goes on, at half
 * speed, until it is right again: what comes in later keeps its later date, so that the newest reading of a device that
 * has no clock of its own is never taken for a late one. Steps forward and large steps back are taken at once.
 * @param steady a clock that nobody can set
 */
export function forwardClock(clock: Clock, steady: Clock): Clock {
  let given = Number.NEGATIVE_INFINITY;
  let givenAt = 0;
  return {
    now() {
      const time = clock.now();
      const at = steady.now();
      const slow = given + (at - givenAt) * slowed;
      given = time >= slow || given - time > largestWaitMs ? time : slow;
      givenAt = at;
      return Math.round(given);
    },
  };
}
