import { computed, ref, watchEffect } from 'vue';
import { preferences } from './preferences.ts';

const light = window.matchMedia('(prefers-color-scheme: light)');
const systemIsLight = ref(light.matches);
light.addEventListener('change', (event) => {
  systemIsLight.value = event.matches;
});

/** What is on the screen: the viewer's choice, or the system's where he left it to it. */
export const theme = computed<'dark' | 'light'>(() => {
  if (preferences.theme !== 'system') return preferences.theme;
  return systemIsLight.value ? 'light' : 'dark';
});

/** Keeps the document in the chosen theme. */
export function followTheme(): void {
  watchEffect(() => {
    document.documentElement.dataset.theme = theme.value;
  });
}

/** The value of a colour token as it is on the screen now, for canvases, which know no CSS variables. */
export function colour(token: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${token}`).trim();
}

/** Pixels of one rem: charts and the map grow with the type on a wall. */
export function remPixels(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
}
