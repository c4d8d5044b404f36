import { en } from '../messages/en.ts';
import { zh } from '../messages/zh.ts';

export type Locale = 'zh' | 'en';

/** BCP 47 tag of a language of the console. */
export const languageTag: Readonly<Record<Locale, string>> = { zh: 'zh-CN', en: 'en-GB' };

const steps: readonly [unit: 'day' | 'hour' | 'minute' | 'second', ms: number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
];

/**
 * How long ago `at` was, in the largest whole unit: “3分钟前”, “3 minutes ago”; below a second “刚刚”, “just now”. Both
 * times in milliseconds since the epoch.
 */
export function ageText(now: number, at: number, locale: Locale): string {
  const passed = now - at;
  const step = steps.find(([, size]) => Math.abs(passed) >= size);
  if (!step) return (locale === 'zh' ? zh : en).age.now;
  const [unit, ms] = step;
  // The short style: people say 55秒前; what Chinese has in the long one (55秒钟前) is a length of time.
  const format = new Intl.RelativeTimeFormat(languageTag[locale], { style: locale === 'zh' ? 'short' : 'long' });
  return format.format(-Math.trunc(passed / ms), unit);
}

/** A length of time as a clock shows it: `04:32`, `1:04:32`, `2d 03:10:00`. */
export function clockText(ms: number): string {
  const total = Math.max(0, Math.floor(Math.abs(ms) / 1000));
  const two = (n: number) => String(n).padStart(2, '0');
  const days = Math.floor(total / 86_400);
  const hours = Math.floor((total % 86_400) / 3600);
  const rest = `${two(Math.floor((total % 3600) / 60))}:${two(total % 60)}`;
  if (days > 0) return `${days}d ${two(hours)}:${rest}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** A length of time in words, in its largest unit that divides it: `10分钟`, `10 minutes`. */
export function durationText(ms: number, locale: Locale): string {
  const [unit, size] = steps.find(([, one]) => ms >= one && ms % one === 0) ?? ['second', 1000];
  const format = new Intl.NumberFormat(languageTag[locale], { style: 'unit', unit, unitDisplay: 'long' });
  return format.format(ms / size);
}

/** A time in the viewer's zone: the clock alone for today, with the date otherwise. */
export function momentText(now: number, at: number, locale: Locale): string {
  const sameDay = new Date(now).toDateString() === new Date(at).toDateString();
  return new Intl.DateTimeFormat(languageTag[locale], {
    ...(sameDay ? {} : { month: locale === 'zh' ? 'long' : 'short', day: 'numeric' }),
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).format(at);
}

/** Date, time and zone in full, for titles and records. */
export function fullMomentText(at: number, locale: Locale): string {
  return new Intl.DateTimeFormat(languageTag[locale], {
    dateStyle: 'long',
    timeStyle: 'long',
    hourCycle: 'h23',
  }).format(at);
}
