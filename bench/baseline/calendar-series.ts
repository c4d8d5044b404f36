import { Random } from '../../simulator/random.ts';
import { begin, dayMs, everyFiveMinutes, hourMs, minuteMs, type QuietSeries } from './quiet-series.ts';

/** What a calendar does to a series that follows people: from when on, and until when alarms are laid to its door. */
export interface CalendarChange {
  name: string;
  fromDay: number;
  untilDay: number;
  /** Whether people work on a day, given its number since a Monday. */
  works?: (day: number) => boolean;
  /** By how much their clock is ahead of ours, milliseconds. */
  clock?: (at: number) => number;
  /** How far a season has come, from 0 to 1. */
  season?: (at: number) => number;
}

const weekday = (day: number) => day % 7 < 5;
const awayFrom = (from: number, days: number) => (day: number) => weekday(day) && !(day >= from && day < from + days);
const sinceDay = (at: number, day: number) => (at - begin) / dayMs - day;

/** Monday of the seventh week. */
const monday = 42;

export const calendarChanges: CalendarChange[] = [
  {
    name: 'public holiday in the fourth week',
    fromDay: 23,
    untilDay: 30,
    works: awayFrom(23, 1),
  },
  { name: 'public holiday', fromDay: monday + 2, untilDay: monday + 9, works: awayFrom(monday + 2, 1) },
  { name: 'week of holidays', fromDay: monday + 3, untilDay: monday + 17, works: awayFrom(monday + 3, 7) },
  { name: 'two weeks away', fromDay: monday, untilDay: monday + 28, works: awayFrom(monday, 14) },
  {
    name: 'Sunday at work',
    fromDay: monday + 6,
    untilDay: monday + 13,
    works: (day) => weekday(day) || day === monday + 6,
  },
  {
    name: 'clocks go forward',
    fromDay: monday + 6,
    untilDay: monday + 20,
    clock: (at) => (sinceDay(at, monday + 6) >= 2 / 24 ? hourMs : 0),
  },
  {
    name: 'season over three months',
    fromDay: monday,
    untilDay: monday + 90,
    season: (at) => Math.min(1, Math.max(0, sinceDay(at, monday) / 90)),
  },
];

const bump = (hour: number, at: number, width: number) => Math.exp(-(((hour - at) / width) ** 2) / 2);

/** Places that follow people: the hour, whether they work, and the season → what is usual. */
const places: Record<string, (hour: number, works: boolean, season: number) => number> = {
  // The season heats it all day by as much as people do, and lets people come earlier.
  office: (hour, works, season) => 8 + 40 * season + (works ? 40 : 4) * bump(hour, 13 - 2 * season, 3),
  // The season doubles what is cooked, and lets people eat later.
  canteen: (hour, works, season) =>
    2 + (works ? 1 : 0.2) * (1 + season) * (20 * bump(hour, 11.5 + season, 1) + 12 * bump(hour, 17.5 + season, 1)),
};

/** Each place so many times, with a change of the calendar or, for comparison, without. */
export function calendarSeries(change: CalendarChange, each: number, changed: boolean): QuietSeries[] {
  const { works = weekday, clock = () => 0, season = () => 0 } = changed ? change : {};
  return Object.entries(places).flatMap(([name, usual]) =>
    Array.from({ length: each }, (_, index) => {
      const random = new Random(name, index);
      let slow = 0;
      return everyFiveMinutes(name, `${name} ${index}`, change.untilDay, (at) => {
        const local = at + clock(at);
        // Nobody keeps time to the minute.
        slow = 0.97 * slow + 0.24 * random.normal();
        const hour = ((local - 10 * minuteMs * slow) / hourMs) % 24;
        const day = Math.floor((local - begin) / dayMs);
        const value = usual(hour < 0 ? hour + 24 : hour, works(day), season(at));
        return Math.max(0, value + slow + (0.5 + value / 20) * random.normal());
      });
    }),
  );
}
