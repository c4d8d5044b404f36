import { reactive, watch } from 'vue';
import type { Locale } from '../logic/age.ts';

export type Theme = 'dark' | 'light' | 'system';

/** What this viewer chose on this device; remembered by the browser. */
export const preferences = reactive({
  locale: remembered<Locale>('locale', ['zh', 'en'], 'zh'),
  theme: remembered<Theme>('theme', ['dark', 'light', 'system'], 'dark'),
  sound: remembered<'on' | 'off'>('sound', ['on', 'off'], 'off'),
});

watch(preferences, (now) => {
  for (const [name, value] of Object.entries(now)) remember(name, value);
});

/** What was kept under this name on this device, or `otherwise`; `unreadable` where storage is forbidden. */
export function remembered<T extends string>(
  name: string,
  choices: readonly T[],
  otherwise: T,
  unreadable: T = otherwise,
): T {
  try {
    const kept = localStorage.getItem(`tocsin.${name}`);
    return choices.find((choice) => choice === kept) ?? otherwise;
  } catch {
    return unreadable;
  }
}

/** Storage can be forbidden or full; the choice then lasts as long as the page. */
export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(`tocsin.${name}`, value);
  } catch {}
}
