/** The only place that asks the machine for the time. Everything else is given a clock, so that tests hold it still. */
export interface Clock {
  /** Milliseconds since the epoch; of a steady clock, since some moment. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** For measuring how long something takes, since nobody can set this clock. */
export const steadyClock: Clock = { now: () => performance.now() };
