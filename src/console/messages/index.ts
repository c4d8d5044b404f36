import { computed } from 'vue';
import { createI18n } from 'vue-i18n';
import type { Text } from '../../api/contract.ts';
import type { Locale } from '../logic/age.ts';
import { preferences } from '../state/preferences.ts';
import { en } from './en.ts';
import { type Messages, zh } from './zh.ts';

/** `alarm.who`, `severity.red` …: only keys that exist. */
export type MessageKey = Leaves<Messages>;
type Leaves<T> = { [K in keyof T & string]: T[K] extends string ? K : `${K}.${Leaves<T[K]>}` }[keyof T & string];

export const i18n = createI18n({
  legacy: false,
  locale: preferences.locale,
  fallbackLocale: 'zh',
  messages: { zh, en },
});

export const locale = computed<Locale>(() => i18n.global.locale.value);

/** A sentence in the viewer's language. With `count` the English one chooses between singular and plural. */
export function t(key: MessageKey, values: Record<string, unknown> & { count?: number } = {}): string {
  return values.count === undefined ? i18n.global.t(key, values) : i18n.global.t(key, values, values.count);
}

/** A name that comes with the data, in the viewer's language. */
export function nameOf(name: Text): string {
  return name[locale.value] || name.zh;
}
