import type { RuleContext } from '../context.ts';
import type { RuleFunction } from '../function.ts';
import { dayOfWeek, dimensionless, timeOfDay } from '../measures.ts';
import { number, truth } from '../typed.ts';

const dayMs = 86_400_000;
const local = ({ now, around }: RuleContext) => now + around.offsetMs(now);

const time: RuleFunction = {
  name: 'time',
  example: 'time() >= 22:00',
  takes: [0, 0],
  compile: () => number(timeOfDay, (c) => local(c) % dayMs),
};

const hour: RuleFunction = {
  name: 'hour',
  example: 'hour() < 6',
  takes: [0, 0],
  compile: () => number(dimensionless, (c) => Math.floor((local(c) % dayMs) / 3_600_000)),
};

const weekday: RuleFunction = {
  name: 'weekday',
  example: 'weekday() == sunday',
  takes: [0, 0],
  // 1 January 1970 was a Thursday.
  compile: () => number(dayOfWeek, (c) => ((Math.floor(local(c) / dayMs) + 3) % 7) + 1),
};

const workday: RuleFunction = {
  name: 'workday',
  example: 'workday()',
  takes: [0, 0],
  compile: () => truth(({ now, around }) => around.workday(now)),
};

const openHours: RuleFunction = {
  name: 'open_hours',
  example: 'open_hours()',
  takes: [0, 0],
  compile: () => truth(({ now, around }) => around.open(now)),
};

/** The local time of the place, at the measured time. */
export const timeFamily: RuleFunction[] = [time, hour, weekday, workday, openHours];
