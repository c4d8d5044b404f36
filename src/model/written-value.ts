import type { Text } from './text.ts';

type Language = keyof Text;

/** UCUM codes that people write otherwise. https://ucum.org/ucum */
const written: Readonly<Record<string, string>> = {
  '1': '',
  Cel: '°C',
  deg: '°',
  '[degF]': '°F',
  '[in_i]': 'in',
  '[ft_i]': 'ft',
  '[ft_i]3': 'ft³',
  '[ft_i]3/s': 'ft³/s',
  '[ppm]': 'ppm',
  '10*-6': 'ppm',
  '[ppth]': '‰',
  'mg/m3': 'mg/m³',
  'ug/m3': 'µg/m³',
  // Without its annotation it would read as a share of the air.
  '%{LEL}': '%LEL',
  'dB{A}': 'dB(A)',
  m3: 'm³',
  'm3/s': 'm³/s',
  'm3/h': 'm³/h',
  'L/s': 'L/s',
  "[g'U]": 'g',
  '[g]': 'g',
};

/** A UCUM unit as people write it; the empty text for counts, switches and states. */
export function unitText(unit: string, locale: Language): string {
  if (unit === '/min' || unit === '{beats}/min' || unit === '1/min') return locale === 'zh' ? '次/分' : '/min';
  return written[unit] ?? unit.replace(/\{[^}]*\}/g, '').replace(/^1\//, '/');
}

/** A value with as many digits as its size deserves, and its unit. */
export function valueText(value: number, unit: string, locale: Language): string {
  const text = numberText(value, locale);
  const shown = unitText(unit, locale);
  if (!shown) return text;
  // A no-break space: a number and its unit stay on one line.
  return shown === '°' || shown === '%' ? `${text}${shown}` : `${text}\u00a0${shown}`;
}

/** A number with at most three significant decimals: 12.4, 0.083, 1,204. */
export function numberText(value: number, locale: Language): string {
  const size = Math.abs(value);
  const maximumFractionDigits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return value.toLocaleString(locale === 'zh' ? 'zh-CN' : 'en-GB', { maximumFractionDigits });
}
