import type { Clock } from './clock.ts';

/**
 * Of what is waited for beyond the least that must be: as long as this may pass between two samples of a device before
 * a step that is just too large to be waited for makes the second one look late.
 */
const waitMarginMs = 600_000;
/** How fast the clock goes while it waits to be caught up with. */
const slowed = 0.5;

/**
 * A clock for dating what comes in. When the machine's clock is set back by little it goes on, at half speed, until it
 * is right again: what comes in later keeps its later date, so that the newest reading of a device that has no clock of
 * its own is never taken for a late one. Steps forward and large steps back are taken at once: what was dated before was
 * dated by a clock that was wrong.
 * @param steady a clock that nobody can set
 * @param leastWaitMs the rules take a date that is later than this for one of a clock that was wrong; all steps up to
 * it, and some minutes more, are waited for, or what is measured after them would count as late until then
 */
export function forwardClock(clock: Clock, steady: Clock, leastWaitMs: number): Clock {
  const largestWaitMs = leastWaitMs + waitMarginMs;
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
