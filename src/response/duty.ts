import type { Row } from '../store/schema.ts';

type Hours = Pick<Row<'duty'>, 'days' | 'fromMinute' | 'toMinute'>;

const dayNames = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * Whether duty hours cover a moment.
 *
 * Hours with `fromMinute` after `toMinute` run over midnight and belong to the day on which they begin: `days` "5",
 * 22:00–06:00 ends on Saturday morning. Equal minutes are a whole day round, as in 08:00–08:00.
 * @param at milliseconds since the epoch.
 * @param timeZone IANA name of the zone in which the hours are meant.
 */
export function covers(hours: Hours, at: number, timeZone: string): boolean {
  const { day, minute } = localTime(at, timeZone);
  const today = hours.days.includes(String(day));
  const yesterday = hours.days.includes(String(day === 1 ? 7 : day - 1));
  if (hours.fromMinute < hours.toMinute) return today && minute >= hours.fromMinute && minute < hours.toMinute;
  return (today && minute >= hours.fromMinute) || (yesterday && minute < hours.toMinute);
}

/** Day of the week, 1 Monday … 7 Sunday, and minutes after midnight. */
function localTime(at: number, timeZone: string): { day: number; minute: number } {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      weekday: 'short',
      hour: 'numeric',
      minute: 'numeric',
      hourCycle: 'h23',
    });
    formats.set(timeZone, format);
  }
  const parts = new Map(format.formatToParts(at).map((part) => [part.type, part.value]));
  return {
    day: dayNames.indexOf(parts.get('weekday')!) + 1,
    minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
  };
}
